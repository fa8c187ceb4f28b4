package dev.ramtide.deploy.watch;

import dev.ramtide.deploy.watch.MadeVm.MadeCheckpoint;
import java.io.IOException;
import java.time.Instant;
import java.util.Random;

/** Sites as they are on ordinary and on bad days. */
final class MadeScenes {
  static final int CHECKPOINTS = 44;

  /** As many pages as the largest block of {@link #guest} has: 512 MiB. */
  static final int RAM_PAGES = 131_072;

  private static final int KEYFRAMES_EVERY = 20;
  private static final long MIB = 1 << 20;

  private MadeScenes() {}

  /** One VM is sealed, one is behind, one has failed. */
  static MadeSite sink(Instant now) throws IOException {
    MadeVm behind = history(new MadeVm("db-1"), now.minusSeconds(35), 12).seal(11).lag(1_204);
    MadeVm failed = history(new MadeVm("old-3"), now.minusSeconds(9_000), 30).seal(30);
    return MadeSite.sink()
        .with(
            sealed(now),
            behind.state("applying", null),
            failed.state(
                "failed",
                "topic ramtide.old-3.pages, partition 5, offset 8831: the checksum of the event is"
                    + " wrong; the partition is stopped. Restore from another site or delete the"
                    + " topics and start a new epoch."));
  }

  /** Two VMs, and nothing to worry about. */
  static MadeSite calm(Instant now) throws IOException {
    MadeVm other = history(new MadeVm("db-1"), now.minusSeconds(1), 12).seal(12);
    return MadeSite.sink().with(sealed(now), other);
  }

  /** A VM with a memory and a history; the newest checkpoint is sealed. */
  static MadeVm sealed(Instant now) {
    return history(new MadeVm("web-1"), now, CHECKPOINTS).seal(CHECKPOINTS).memory(guest());
  }

  static MadeSite agent(Instant now) throws IOException {
    MadeVm capturing = history(new MadeVm("web-1"), now, CHECKPOINTS);
    MadeVm idle = history(new MadeVm("db-1"), now.minusSeconds(35), 12).state("idle", null);
    return MadeSite.agent()
        .with(capturing.capture("transfer", 48_200, RAM_PAGES, now.minusMillis(900)), idle);
  }

  /** As many VMs as one sink may follow, one of them of 64 GiB. */
  static MadeSite large(Instant now) throws IOException {
    MadeSite site = MadeSite.sink();
    for (int number = 1; number <= 199; number++) {
      MadeVm vm = new MadeVm("vm-%03d".formatted(number));
      site.with(history(vm, now.minusSeconds(number), 3).seal(3));
    }
    int pages = 16_777_216;
    MadeMemory memory = new MadeMemory().block("pc.ram", pages).block("pc.bios", 64);
    memory.write(0, 0, pages / 2, 1).write(0, pages / 4, 4_096, 2).write(0, pages - 1, 1, 3);
    return site.with(history(new MadeVm("huge-1"), now, 3).seal(3).memory(memory));
  }

  /** A checkpoint every four seconds, the last of them just now. */
  static MadeVm history(MadeVm vm, Instant now, int count) {
    Random random = new Random(7);
    for (int number = 1; number <= count; number++) {
      boolean keyframe = number % KEYFRAMES_EVERY == 1;
      long bytes = keyframe ? 301 * MIB : (long) (MIB * Math.exp(3 * random.nextGaussian() / 2));
      double pauseMs = 4 + 8 * random.nextDouble() + (number == 17 ? 31 : 0);
      Instant pause = now.minusSeconds(3 + 4L * (count - number));
      String label = number == 33 ? "before upgrade" : "";
      vm.add(new MadeCheckpoint(number, keyframe, label, pause, pauseMs, bytes / 4096 * 4096));
    }
    return vm;
  }

  /** Half of it written by the first keyframe, and ever smaller parts by later checkpoints. */
  private static MadeMemory guest() {
    MadeMemory memory =
        new MadeMemory()
            .block("pc.ram", RAM_PAGES)
            .block("vga.vram", 4_096)
            .block("/rom@etc/acpi/tables", 32)
            .block("pc.bios", 64)
            .block("0000:00:03.0/virtio-net-pci.rom", 64)
            .block("pc.rom", 32)
            .block("/rom@etc/table-loader", 1);
    memory.write(0, 0, 90_000, 1).zero(0, 60_000, 12_000, 1).zero(1, 0, 4_096, 1);
    for (int block = 2; block < 7; block++) {
      memory.write(block, 0, 1, 1);
    }
    memory.write(3, 0, 64, 1).write(5, 0, 32, 1).write(1, 0, 600, 30);
    Random random = new Random(11);
    for (int checkpoint = 2; checkpoint <= CHECKPOINTS; checkpoint++) {
      int hot = 20_000 + 400 * checkpoint;
      for (int run = 0; run < 12; run++) {
        memory.write(0, hot + random.nextInt(9_000), 8 + random.nextInt(60), checkpoint);
      }
      memory.write(0, random.nextInt(60_000), 200, checkpoint);
    }
    return memory;
  }
}
