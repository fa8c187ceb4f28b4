package dev.ramtide.deploy.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.GroupType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sinks join, leave and are killed while checkpoints flow, in both protocols of Kafka's groups.
 * Each checkpoint is sealed, and each is the guest.
 */
@Timeout(600)
final class RebalanceIT {
  /** A sink that was killed is missed after six seconds in both protocols. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(90);

  /**
   * Kafka's classic client says so of a commit that a change of the group overtook. Nothing hangs
   * on it: a sink goes on from its state file.
   */
  private static final Pattern KAFKAS_LATE_COMMIT =
      Pattern.compile(
          "(?m)^.* ERROR ConsumerCoordinator: .* Offset commit failed .*"
              + "Specified group generation id is not valid\\.$");

  private static final int ROUNDS = 2;

  @TempDir private Path directory;
  private final Random random = new Random(11);
  private final Deque<RamtideProcess> sinks = new ArrayDeque<>();
  private final List<RamtideProcess> all = new ArrayList<>();
  private final AtomicLong sealed = new AtomicLong();
  private SmallVm vm;

  @BeforeEach
  void start() throws Exception {
    vm = new SmallVm(directory, 6000, 7, 1500);
  }

  @AfterEach
  void stop() {
    vm.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"CONSUMER", "CLASSIC"})
  void everyCheckpointSealsWhileSinksComeAndGo(GroupType protocol) throws Exception {
    String[] options = protocol == GroupType.CLASSIC ? classic() : new String[] {};
    whileCheckpointsFlow(
        flow -> {
          join(options);
          awaitSealed(flow, 2);
          assertThat(protocols()).containsExactly(protocol);
          for (int round = 0; round < ROUNDS; round++) {
            join(options);
            join(options);
            awaitSealed(flow, 3);
            sinks.removeFirst().kill();
            join(options);
            awaitSealed(flow, 3);
            leave();
            sinks.removeFirst().kill();
            awaitSealed(flow, 3);
          }
        });
  }

  /** One sink after the other, as an upgrade of a site goes; and back, as one that is undone. */
  @Test
  void aSiteMovesBetweenTheProtocolsWithoutAStop() throws Exception {
    String[] classic = classic();
    whileCheckpointsFlow(
        flow -> {
          join(classic);
          join(classic);
          awaitSealed(flow, 2);
          assertThat(protocols()).containsExactly(GroupType.CLASSIC);
          replaceBoth(flow);
          assertThat(protocols()).containsExactly(GroupType.CONSUMER);
          replaceBoth(flow, classic);
          assertThat(protocols()).containsExactly(GroupType.CLASSIC);
        });
  }

  private void replaceBoth(Future<?> flow, String... options) throws Exception {
    for (int sink = 0; sink < 2; sink++) {
      join(options);
      awaitSealed(flow, 2); // Members of both protocols share the group.
      leave();
      awaitSealed(flow, 2);
    }
  }

  private String[] classic() throws IOException {
    Path config = directory.resolve("sink.properties");
    Files.writeString(config, "group.protocol=classic\nsession.timeout.ms=6000\n");
    return new String[] {"--command-config", config.toString()};
  }

  @FunctionalInterface
  private interface ComingAndGoing {
    void whenFlowing(Future<?> flow) throws Exception;
  }

  private void whileCheckpointsFlow(ComingAndGoing of) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService agent = Executors.newSingleThreadExecutor();
    Future<?> flow = agent.submit(() -> checkpoints(over));
    try {
      of.whenFlowing(flow);
    } finally {
      over.set(true);
    }
    flow.get();
    agent.shutdown();
    for (RamtideProcess sink : all) {
      String said = KAFKAS_LATE_COMMIT.matcher(sink.stderr()).replaceAll("");
      assertThat(said).doesNotContain(" ERROR ").doesNotContain("\tat ");
    }
  }

  private void join(String... options) throws IOException {
    RamtideProcess sink = vm.sink(options);
    sinks.add(sink);
    all.add(sink);
  }

  /** As it is asked to: it hands over, and ends in time. */
  private void leave() throws Exception {
    RamtideProcess sink = sinks.removeFirst();
    sink.terminate();
    assertThat(sink.awaitExit(Duration.ofSeconds(30))).isEqualTo(143);
  }

  /** One after the other, each when the one before it was found to be the guest. */
  private Void checkpoints(AtomicBoolean over) throws Exception {
    while (!over.get()) {
      long checkpoint = vm.capture();
      vm.awaitSealedIsTheGuest(checkpoint, TAKEN_OVER);
      sealed.set(checkpoint);
    }
    return null;
  }

  /** So many more, and then a moment that is in the midst of anything. */
  private void awaitSealed(Future<?> flow, long more) throws Exception {
    long wanted = sealed.get() + more;
    await().atMost(TAKEN_OVER.multipliedBy(2)).until(() -> flow.isDone() || sealed.get() >= wanted);
    if (flow.isDone()) {
      flow.get();
    }
    Thread.sleep(random.nextInt(400));
  }

  private List<GroupType> protocols() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", vm.bootstrapServers()))) {
      Collection<GroupListing> groups = admin.listGroups().all().get();
      return groups.stream().flatMap(group -> group.type().stream()).toList();
    }
  }
}
