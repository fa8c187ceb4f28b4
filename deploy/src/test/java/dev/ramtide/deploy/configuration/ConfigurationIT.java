package dev.ramtide.deploy.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.GroupType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
final class ConfigurationIT {
  private static final Duration SOON = Duration.ofSeconds(120);
  private static final GuestSpec IDLE = new GuestSpec(Machine.Q35, 128, GuestProgram.idle(4));

  @TempDir private Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private Pipeline pipeline;

  @BeforeEach
  void start() throws IOException {
    pipeline = Pipeline.start(directory);
    environment.put("RAMTIDE_BOOTSTRAP_SERVER", pipeline.bootstrapServers());
    environment.put("RAMTIDE_VM", "web-1");
    environment.put("RAMTIDE_IMAGES", pipeline.images("site").toString());
    environment.put("RAMTIDE_SINK_UNTIL_SEALED", "1");
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  @Test
  void aWholeWayRunsByEnvironmentAndFileAlone() throws Exception {
    environment.put(
        "RAMTIDE_CONFIG",
        file(
            "ramtide.properties",
            "agent.once=true\nmode=stop\npartitions=3\ntopic-prefix=lab\nconsumer.group.protocol=classic\n"));
    publish();
    assertThat(run("sink")).isEmpty();
    environment.put("RAMTIDE_RESTORE_VM", "web-1");
    environment.put("RAMTIDE_RESTORE_OUTPUT", directory.resolve("back.img").toString());
    assertThat(run("restore")).isEmpty();

    Pipeline.assertSameBytes(directory.resolve("back.img"), pipeline.image("site", "web-1"));
    try (Admin admin = admin()) {
      assertThat(admin.listTopics().names().get()).contains("lab.web-1.pages");
      assertThat(admin.listGroups().all().get())
          .singleElement()
          .satisfies(group -> assertThat(group.type()).contains(GroupType.CLASSIC));
    }
  }

  @Test
  void aBrokerThatDoesNotLeadGroupsIsNamedWithWhatToDo() throws Exception {
    environment.put("RAMTIDE_AGENT_ONCE", "true");
    environment.put("RAMTIDE_MODE", "stop");
    try (Admin admin = admin()) {
      FeatureUpdate off = new FeatureUpdate((short) 0, UpgradeType.SAFE_DOWNGRADE);
      admin.updateFeatures(Map.of("group.version", off), new UpdateFeaturesOptions()).all().get();
    }
    publish();
    assertThat(run("sink")).contains("group.protocol=classic").hasLineCount(1);

    String classic = file("client.properties", "group.protocol=classic\n");
    assertThat(run("sink", "--command-config", classic)).isEmpty();
  }

  @Test
  void aFileWithSecretsThatEverybodyMayReadIsWarnedOfOnce() throws Exception {
    String open = file("client.properties", "ssl.key.password=hunter2\n");
    Files.setPosixFilePermissions(Path.of(open), PosixFilePermissions.fromString("rw-r--r--"));
    environment.put("RAMTIDE_AGENT_ONCE", "true");
    environment.put("RAMTIDE_MODE", "stop");
    publish();
    try (RamtideProcess sink = sink("--command-config", open)) {
      assertThat(sink.awaitExit(SOON)).isZero();
      assertThat(sink.stderr()).containsOnlyOnce("chmod 600 " + open).doesNotContain("hunter2");
    }
    Files.setPosixFilePermissions(Path.of(open), PosixFilePermissions.fromString("rw-r-----"));
    try (RamtideProcess sink = sink("--command-config", open)) {
      assertThat(sink.awaitExit(SOON)).isZero();
      assertThat(sink.stderr()).doesNotContain("chmod");
    }
  }

  private RamtideProcess sink(String... options) throws IOException {
    String[] words = new String[options.length + 1];
    words[0] = "sink";
    System.arraycopy(options, 0, words, 1, options.length);
    return RamtideProcess.start(directory, environment, words);
  }

  private void publish() throws Exception {
    try (QemuGuest guest = QemuGuest.start(IDLE)) {
      guest.awaitMarker(SOON);
      environment.put("RAMTIDE_QMP", guest.agentSocket().toString());
      assertThat(run("agent")).isEmpty();
    }
  }

  /** What it complained of when it failed; nothing when it did not. */
  private String run(String... words) throws Exception {
    try (RamtideProcess process = RamtideProcess.start(directory, environment, words)) {
      int exit = process.awaitExit(SOON);
      List<String> lines = Arrays.asList(process.stderr().split("\n"));
      return exit == 0 ? "" : lines.get(lines.size() - 1);
    }
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", pipeline.bootstrapServers()));
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }
}
