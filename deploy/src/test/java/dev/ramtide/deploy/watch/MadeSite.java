package dev.ramtide.deploy.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.metrics.Health;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.metrics.Query;
import dev.ramtide.metrics.WatchPage;
import dev.ramtide.metrics.WatchServer;
import dev.ramtide.page.StaticPages;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Serves the status page over made VMs: the facts are known, and some cannot be had from a QEMU.
 */
final class MadeSite implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern OF_VM =
      Pattern.compile("vms/([^/]+)/(checkpoints|memory)(?:/(\\d+))?");

  private final boolean isSink;
  private final List<MadeVm> vms = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile Optional<Fault> fault = Optional.empty();
  private WatchServer server;

  private MadeSite(boolean isSink, int port) throws IOException {
    this.isSink = isSink;
    this.server = start(port);
  }

  static MadeSite sink() throws IOException {
    return new MadeSite(true, 0);
  }

  static MadeSite agent() throws IOException {
    return new MadeSite(false, 0);
  }

  private WatchServer start(int port) throws IOException {
    WatchServer started =
        WatchServer.start(new InetSocketAddress("127.0.0.1", port), new Metrics(), new Healthy());
    started.serve("/", StaticPages.read());
    started.serve("/api/", new Api());
    return started;
  }

  MadeSite with(MadeVm... more) {
    vms.addAll(List.of(more));
    return this;
  }

  String uri() {
    return server.uri();
  }

  /** Paths below {@code /api/} that were asked for, in order. */
  List<String> asked() {
    return asked;
  }

  /**
   * Every question below {@code /api/} whose path has this in it is answered with 500 from now on.
   */
  void fail(String part, String why) {
    fault = Optional.of(new Fault(part, why));
  }

  private record Fault(String part, String why) {}

  void recover() {
    fault = Optional.empty();
  }

  /** Nothing listens any more. Returns the port, to start again at. */
  int stop() {
    int port = Integer.parseInt(uri().replaceAll(".*:", ""));
    server.close();
    return port;
  }

  void startAgain(int port) throws IOException {
    server = start(port);
  }

  @Override
  public void close() {
    server.close();
  }

  private final class Api implements WatchPage {
    @Override
    public Optional<Content> get(String path, Query query) throws IOException {
      asked.add(path);
      Optional<Fault> now = fault.filter(one -> path.contains(one.part()));
      if (now.isPresent()) {
        throw new IOException(now.get().why());
      }
      Optional<Map<String, Object>> answer =
          path.equals("status") ? Optional.of(status()) : ofVm(path, query);
      if (answer.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(new Content(Content.JSON, JSON.writeValueAsBytes(answer.get())));
    }
  }

  private Map<String, Object> status() {
    Instant now = Instant.now();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("role", isSink ? "sink" : "agent");
    facts.put("version", "0.1.0");
    facts.put("host", "host-7");
    facts.put("now", now.toString());
    facts.put("vms", vms.stream().map(vm -> vm.status(isSink, now)).toList());
    return facts;
  }

  private Optional<Map<String, Object>> ofVm(String path, Query query) {
    Matcher parts = OF_VM.matcher(path);
    if (!parts.matches()) {
      return Optional.empty();
    }
    Stream<MadeVm> found = vms.stream().filter(vm -> vm.name().equals(parts.group(1)));
    return found.findFirst().map(vm -> of(vm, parts, query));
  }

  private static Map<String, Object> of(MadeVm vm, Matcher parts, Query query) {
    if (parts.group(2).equals("checkpoints")) {
      return vm.history((int) number(query, "last", 200));
    }
    if (parts.group(3) == null) {
      return vm.memoryMap();
    }
    return vm.cells(
        new MadeMemory.Window(
            Integer.parseInt(parts.group(3)),
            (int) number(query, "from", Integer.MAX_VALUE),
            (int) number(query, "pages", Integer.MAX_VALUE),
            (int) number(query, "cells", 65_536)));
  }

  private static long number(Query query, String name, long most) {
    return query.number(name, 0, most).orElseThrow();
  }

  private static final class Healthy implements Health {
    @Override
    public List<String> notLive() {
      return List.of();
    }

    @Override
    public List<String> notReady() {
      return List.of();
    }
  }
}
