package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.demo.ChildVerb;
import dev.ramtide.deploy.demo.GuestProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How much a busy guest does while an agent with {@code --interval 1s} captures it, beside the same
 * guest alone, in turns.
 *
 * <p>The guest goes round a hundredth of its pages without a rest and writes to each of them; a
 * round is an iteration, and it counts them itself. Agent and broker are on the same machine, and
 * take of its cores what they need; a sink would be elsewhere, so there is none. Each turn has a
 * new agent, and is counted from its third checkpoint on: the keyframe is none of it.
 */
final class SlowdownBench implements Bench {
  static final String NAME = "slowdown";

  private static final List<String> MODES = List.of("background", "live");
  private static final int CHECKPOINTS_BEFORE = 2;

  @Override
  public void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException {
    int mib = bed.quick() ? 128 : 512;
    GuestProgram busy = GuestProgram.busy(mib - 17, mib * 256 / 100);
    try (BenchGuest guest = BenchGuest.start(mib, busy)) {
      warm(guest);
      for (String mode : bed.quick() ? MODES.subList(0, 1) : MODES) {
        figures.accept(measure(bed, guest, mode));
      }
    }
  }

  /**
   * Without KVM a guest that never changes its page tables keeps QEMU's first small cache of
   * addresses, and is some ten times slower than after its cache was flushed and grew, as each
   * migration has it: measured 8,000 rounds a second before, 140,000 after. So the guest alone
   * would look slow.
   */
  private static void warm(BenchGuest guest) throws IOException, InterruptedException {
    for (int flush = 0; flush < 4; flush++) {
      guest.qemu().migrateTo("exec:cat >/dev/null", Set.of());
      guest.qemu().cont();
    }
  }

  private static Figure measure(BenchBed bed, BenchGuest guest, String mode)
      throws IOException, InterruptedException {
    List<Double> alone = new ArrayList<>();
    List<Double> captured = new ArrayList<>();
    for (int run = 0; run < bed.runs(); run++) {
      alone.add(iterationsPerSecond(bed, guest));
      try (BenchVerbs verbs = new BenchVerbs(bed)) {
        ChildVerb agent =
            verbs.start(
                "agent",
                "--json",
                "--vm",
                bed.newName("vm"),
                "--mode",
                mode,
                "--interval",
                "1s",
                "--qmp",
                guest.qemu().agentSocket().toString());
        for (int taken = 0; taken < CHECKPOINTS_BEFORE; taken++) {
          BenchVerbs.nextManifest(agent, BenchGuest.SOON);
        }
        captured.add(iterationsPerSecond(bed, guest));
        bed.progress().accept(NAME + ": " + counted(agent) + " checkpoints meanwhile");
      }
    }
    int mib = guest.qemu().spec().memoryMib();
    return new Figure(
        NAME,
        "%d MiB, busy in 1 %%, agent --interval 1s --mode %s".formatted(mib, mode),
        "/s",
        new Samples(captured),
        "the guest alone",
        new Samples(alone),
        Optional.empty());
  }

  private static int counted(ChildVerb agent) {
    int count = 0;
    while (agent.pollLine().isPresent()) {
      count++;
    }
    return count;
  }

  private static double iterationsPerSecond(BenchBed bed, BenchGuest guest)
      throws IOException, InterruptedException {
    BenchGuest.settle();
    int before = guest.qemu().readDword(GuestProgram.PASS_ADDRESS);
    long beginNanos = System.nanoTime();
    Thread.sleep(bed.quick() ? 1000 : 10_000);
    int passes = guest.qemu().readDword(GuestProgram.PASS_ADDRESS) - before;
    return Integer.toUnsignedLong(passes) / BenchGuest.secondsSince(beginNanos);
  }
}
