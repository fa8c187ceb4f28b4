package dev.ramtide.deploy.house;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which room may import which. A room is a package under {@code dev.ramtide}. The rows stand in
 * order: a room imports only rooms above it, so there are no cycles. To change this table is to
 * change the design, and the commit says why.
 */
record HousePlan(Map<String, Set<String>> rooms, List<Wall> walls) {
  static final String ROOT = "dev.ramtide";

  /**
   * A library and the only rooms that may see it.
   *
   * @param library the beginning of its classes' names
   */
  record Wall(String library, Set<String> rooms) {
    boolean isAround(String className) {
      return className.startsWith(library);
    }
  }

  /**
   * The room of a class of ours.
   *
   * @param className with its package; may name a member, or a package alone
   */
  static Optional<String> roomOf(String className) {
    if (!className.startsWith(ROOT + ".")) {
      return Optional.empty();
    }
    return Optional.of(
        Arrays.stream(className.substring(ROOT.length() + 1).split("\\."))
            .takeWhile(segment -> Character.isLowerCase(segment.charAt(0)))
            .collect(Collectors.joining(".")));
  }

  /** What is wrong with one class's use of another, or nothing. */
  Optional<String> objection(String room, String usedClass) {
    Optional<String> usedRoom = roomOf(usedClass);
    if (usedRoom.isPresent()
        && !usedRoom.get().equals(room)
        && !rooms.get(room).contains(usedRoom.get())) {
      return Optional.of(
          "room " + room + " may not see room " + usedRoom.get() + " (" + usedClass + ")");
    }
    return walls.stream()
        .filter(wall -> wall.isAround(usedClass) && !wall.rooms().contains(room))
        .findFirst()
        .map(wall -> "room " + room + " may not see " + wall.library() + " (" + usedClass + ")");
  }

  /** The plan as it is. */
  static HousePlan actual() {
    return new HousePlan(allRooms(), allWalls());
  }

  private static Map<String, Set<String>> allRooms() {
    Table table = new Table();
    schemas(table);
    producer(table);
    sink(table);
    deploy(table);
    return table.rows;
  }

  private static void schemas(Table table) {
    table.room("guest");
    table.room("time"); // both sides wait, and a simulation of both has one clock
    table.room("integrity", "guest");
    table.room("checkpoint", "guest", "integrity");
    table.room("qemustream", "guest");
    table.room("mappedram", "guest", "qemustream");
    table.room("wire.avro"); // generated from the .avsc files
    table.room("http"); // answers that may not end
    table.room("refusal"); // what to change, for all verbs in the same words
    table.room(
        "registry",
        "time", // it waits before it asks again
        "http", // schemas are texts to it
        "refusal");
    table.room(
        "wire",
        "guest",
        "integrity",
        "checkpoint",
        "wire.avro",
        "registry",
        "refusal",
        "time"); // for how long a registry's silence is remembered
    table.room("metrics"); // knows nothing of guests: names, and a server
    table.room("page", "metrics"); // the files of the status page
    table.room("encryption", "guest", "integrity", "checkpoint"); // what Kafka must not read
    table.room(
        "configuration", // knows options and keys by their names alone
        "registry"); // which keys are known though Kafka does not know them
    table.room("options", "checkpoint", "metrics", "refusal", "encryption", "configuration");
    table.room("report", "integrity", "checkpoint");
  }

  private static void producer(Table table) {
    table.room(
        "producer.stream",
        "guest",
        "qemustream",
        "checkpoint"); // checkpoint: its limit on device state
    table.room("producer.qmp");
    table.room("producer.offheap"); // what is kept of each page: two rooms below keep something
    table.room(
        "producer.dirty",
        "guest",
        "integrity",
        "checkpoint",
        "producer.stream",
        "producer.offheap");
    table.room(
        "producer.publish",
        "guest",
        "integrity",
        "checkpoint",
        "configuration", // what of the user's properties is for which client
        "registry", // which properties are not for Kafka's clients
        "encryption",
        "wire",
        "refusal",
        "producer.dirty");
    table.room("producer.procfs"); // the host's kernel: knows nothing of guests
    table.room(
        "producer.memory", "guest", "producer.stream", "producer.offheap", "producer.procfs");
    table.room(
        "producer.capture",
        "guest",
        "checkpoint",
        "qemustream",
        "mappedram",
        "time",
        "producer.stream",
        "producer.qmp",
        "producer.offheap",
        "producer.dirty",
        "producer.publish",
        "producer.procfs",
        "producer.memory");
    producerVerbs(table);
  }

  private static void producerVerbs(Table table) {
    table.room(
        "producer.metrics",
        "checkpoint",
        "metrics",
        "time", // since the newest checkpoint
        "wire", // the codec is one of the things that clients are asked for
        "producer.qmp", // its errors are counted
        "producer.publish",
        "producer.capture");
    table.room(
        "producer.page",
        "guest",
        "checkpoint",
        "metrics",
        "report",
        "producer.capture",
        "producer.metrics");
    table.room(
        "producer.cli",
        "guest",
        "integrity",
        "checkpoint",
        "configuration", // a verb tells what its clients are given
        "metrics",
        "page",
        "qemustream", // how the pages of a multifd packet are compressed is an option
        "wire",
        "options",
        "report",
        "refusal", // what no other try can put right
        "time",
        "producer.qmp",
        "producer.publish",
        "producer.capture",
        "producer.metrics",
        "producer.page");
  }

  private static void sink(Table table) {
    table.room("sink.image", "guest", "mappedram");
    table.room(
        "sink.state",
        "guest",
        "integrity",
        "checkpoint",
        "qemustream",
        "mappedram",
        "time",
        "sink.image");
    table.room(
        "sink.apply", "guest", "integrity", "checkpoint", "mappedram", "sink.image", "sink.state");
    table.room(
        "sink.seal", "guest", "integrity", "checkpoint", "mappedram", "sink.image", "sink.state");
    table.room(
        "sink.consume",
        "guest",
        "integrity",
        "checkpoint",
        "configuration", // what of the user's properties is for which client
        "registry", // which properties are not for Kafka's clients, and that it may be away
        "encryption",
        "wire",
        "refusal",
        "time",
        "sink.state",
        "sink.apply",
        "sink.seal");
    table.room(
        "sink.metrics",
        "checkpoint",
        "metrics",
        "encryption", // its clients stand for others
        "wire",
        "sink.state",
        "sink.apply",
        "sink.consume");
    table.room(
        "sink.page", "guest", "checkpoint", "metrics", "report", "sink.state", "sink.consume");
    sinkVerbs(table);
  }

  private static void sinkVerbs(Table table) {
    table.room(
        "sink.restore",
        "guest",
        "integrity",
        "checkpoint",
        "qemustream",
        "mappedram",
        "wire",
        "time",
        "sink.image",
        "sink.state",
        "sink.apply",
        "sink.seal",
        "sink.consume");
    table.room(
        "sink.cli",
        "guest",
        "integrity",
        "checkpoint",
        "configuration", // a verb tells what its clients are given
        "encryption", // restore knows what else may do where a key is missing
        "qemustream",
        "mappedram",
        "wire",
        "metrics",
        "page",
        "options",
        "report",
        "sink.state",
        "sink.seal",
        "sink.consume",
        "sink.metrics",
        "sink.page",
        "sink.restore");
  }

  private static void deploy(Table table) {
    table.room("deploy.embedded");
    table.room("deploy.demo", "guest", "checkpoint", "producer.qmp", "deploy.embedded");
    table.room(
        "deploy.torture",
        "producer.qmp", // how the guest stands, as the guest of the demonstration says it
        "deploy.embedded",
        "deploy.demo"); // the guest, the processes, and the comparison of memory
    table.room("deploy.incoming", "producer.qmp", "sink.restore");
    table.room(
        "deploy.top", "http", "checkpoint", "report", "options"); // by HTTP, as a person's browser
    table.room("deploy.keys", "encryption");
    simulate(table);
    bench(table);
    table.room(
        "deploy.cli",
        "report", // what of others a terminal is shown: one rule for the failures of all verbs
        "configuration",
        "options", // where a client connects to when nobody says it
        "refusal",
        "producer.cli",
        "sink.cli",
        "deploy.embedded",
        "deploy.demo",
        "deploy.bench",
        "deploy.torture",
        "deploy.incoming",
        "deploy.keys",
        "deploy.top",
        "deploy.simulate",
        "sink.restore"); // the type of the door to a QEMU that it gives to the verb restore
  }

  /** It times both sides as they are, with the clients of Kafka and the guest beside them. */
  private static void bench(Table table) {
    table.room(
        "deploy.bench",
        "guest",
        "checkpoint",
        "encryption",
        "qemustream", // the stream of a synthetic guest
        "wire",
        "time",
        "producer.qmp",
        "producer.publish",
        "producer.capture",
        "sink.state",
        "sink.seal",
        "sink.consume",
        "sink.restore",
        "deploy.demo"); // the guest, and verbs as processes
  }

  /** It stands around both sides, and sees what a process is made of, but no verb. */
  private static void simulate(Table table) {
    table.room("deploy.simulate.schedule", "time");
    table.room("deploy.simulate.disk", "deploy.simulate.schedule");
    table.room(
        "deploy.simulate.kafka",
        "checkpoint",
        "encryption",
        "wire",
        "producer.publish",
        "sink.consume",
        "deploy.simulate.schedule");
    table.room(
        "deploy.simulate.kernel", // a host's kernel behind the doors of procfs; knows no guest
        "producer.procfs",
        "deploy.simulate.schedule");
    table.room(
        "deploy.simulate",
        "guest",
        "integrity",
        "checkpoint",
        "encryption",
        "qemustream",
        "mappedram",
        "wire",
        "time",
        "producer.stream",
        "producer.qmp", // the simulated QEMU answers
        "producer.publish",
        "producer.procfs", // the simulated QEMU is a process of a simulated kernel
        "producer.capture",
        "sink.image",
        "sink.state",
        "sink.seal",
        "sink.consume",
        "deploy.simulate.schedule",
        "deploy.simulate.disk",
        "deploy.simulate.kafka",
        "deploy.simulate.kernel");
  }

  private static List<Wall> allWalls() {
    Set<String> commands =
        Set.of(
            "producer.cli",
            "sink.cli",
            "deploy.cli",
            "deploy.demo",
            "deploy.simulate",
            "deploy.keys",
            "deploy.top",
            "deploy.bench");
    List<Wall> walls = new ArrayList<>(fileWalls());
    walls.addAll(kafkaWalls(commands));
    walls.addAll(
        List.of(
            new Wall(
                "com.fasterxml.jackson.",
                with(
                    commands,
                    "producer.qmp",
                    "report",
                    "metrics",
                    "registry",
                    "producer.page",
                    "sink.page",
                    "deploy.torture")),
            // A metric is written through our list of names; the registry itself is seen where
            // Kafka's clients are bound to it.
            new Wall("io.micrometer.", Set.of("metrics", "producer.metrics", "sink.metrics")),
            new Wall("org.apache.commons.text.", Set.of("configuration")),
            new Wall("com.sun.net.httpserver.", Set.of("metrics")),
            new Wall("picocli.", with(commands, "configuration", "options", "deploy.torture")),
            new Wall("me.tongfei.progressbar.", Set.of("report")),
            // Everybody logs by SLF4J; the filter that logback's configuration names is what a user
            // sees.
            new Wall("net.logstash.", Set.of("deploy.cli")),
            new Wall("ch.qos.logback.", Set.of("deploy.cli"))));
    return walls;
  }

  private static List<Wall> kafkaWalls(Set<String> commands) {
    return List.of(
        new Wall("org.apache.avro.", Set.of("wire", "wire.avro")),
        new Wall(
            "org.apache.kafka.",
            with(
                commands,
                "configuration", // which keys there are, and which are secret, Kafka knows best
                "refusal", // its errors
                "producer.publish",
                "sink.consume",
                "sink.restore",
                "producer.metrics", // Kafka's clients tell of themselves
                "sink.metrics",
                "deploy.embedded",
                "deploy.simulate.kafka")),
        new Wall("kafka.", Set.of("deploy.embedded")));
  }

  private static List<Wall> fileWalls() {
    Set<String> files = Set.of("sink.image", "sink.state", "producer.capture");
    return List.of(
        new Wall("com.sun.jna.", Set.of("sink.image")),
        new Wall("com.github.luben.zstd.", Set.of("producer.stream", "encryption")),
        new Wall("javax.crypto.", Set.of("encryption")),
        // procfs is read at an address; a plain write is a peer of what is measured; the embedded
        // broker locks its directory; the simulated disk is what channels lead to.
        new Wall(
            "java.nio.channels.FileChannel",
            with(
                files,
                "encryption", // a key file and its name must be on disk
                "producer.procfs",
                "deploy.embedded",
                "deploy.simulate.disk",
                "deploy.bench")),
        new Wall("java.io.RandomAccessFile", files));
  }

  private static Set<String> with(Set<String> some, String... more) {
    Set<String> all = new LinkedHashSet<>(some);
    all.addAll(Arrays.asList(more));
    return all;
  }

  /** Rows in order. */
  static final class Table {
    private final Map<String, Set<String>> rows = new LinkedHashMap<>();

    /** Refuses an import of a room that does not stand above. */
    void room(String name, String... mayImport) {
      for (String imported : mayImport) {
        if (!rows.containsKey(imported)) {
          throw new IllegalArgumentException(
              name + " may not import " + imported + ", which does not stand above it");
        }
      }
      rows.put(name, Set.of(mayImport));
    }
  }
}
