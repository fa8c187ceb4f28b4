package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.demo.ChildVerb;
import dev.ramtide.deploy.demo.SealWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Some VMs, whose agents run in this process, on one process of the sink. */
final class VmFleet implements AutoCloseable {
  private static final long PATIENCE_NANOS = 300_000_000_000L;
  private static final long LOOK_EVERY_MS = 2;

  private final List<SyntheticVm> vms = new ArrayList<>();
  private final List<SealWatch> seals = new ArrayList<>();
  private final SyntheticGuest guest;
  private final ChildVerb sink;

  /**
   * @param guest all of them are alike, and take their checkpoints one after the other
   */
  VmFleet(BenchBed bed, int vmCount, SyntheticGuest guest) throws IOException {
    this.guest = guest;
    Path images = bed.newDirectory("images");
    // The sink stands while its VMs take their checkpoints: longer than its group waits for it.
    Path config =
        Files.writeString(
            images.resolveSibling("fleet.properties"),
            "group.protocol=classic\nsession.timeout.ms=60000\n");
    List<String> words = new ArrayList<>();
    words.addAll(List.of("sink", "--images", images.toString()));
    words.addAll(List.of("--command-config", config.toString()));
    words.addAll(List.of("--bootstrap-server", bed.bootstrapServers(), "--vm"));
    for (int i = 0; i < vmCount; i++) {
      SyntheticVm vm = new SyntheticVm(bed, "fleet", guest, new Properties());
      vms.add(vm);
      words.add(vm.topics().vm().name());
      seals.add(new SealWatch(images.resolve(vm.topics().vm().name())));
    }
    this.sink = bed.processes().start(bed.newName("sink-fleet"), ResidentMemory.HEAP, words);
  }

  long pageCount() {
    return vms.size() * guest.pageCount();
  }

  ChildVerb sink() {
    return sink;
  }

  /**
   * Takes a checkpoint of each VM while the sink stands still, then lets it work.
   *
   * @return ns per page of all of them until all are sealed
   */
  double catchUp() throws IOException, InterruptedException {
    List<Long> wanted = new ArrayList<>();
    sink.freeze();
    long start;
    try {
      for (SyntheticVm vm : vms) {
        wanted.add(vm.capture().manifest().checkpoint());
      }
    } finally {
      start = System.nanoTime();
      sink.thaw();
    }
    for (int i = 0; i < wanted.size(); i++) {
      awaitSealed(seals.get(i), wanted.get(i), start + PATIENCE_NANOS);
    }
    return (double) (System.nanoTime() - start) / pageCount();
  }

  private void awaitSealed(SealWatch watch, long checkpoint, long deadline)
      throws IOException, InterruptedException {
    watch.look();
    while (watch.lastSeen() < checkpoint) {
      if (!sink.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("a sink does not seal its VMs: " + sink.lastLine());
      }
      Thread.sleep(LOOK_EVERY_MS);
      watch.look();
    }
  }

  @Override
  public void close() throws IOException {
    sink.askToStop();
    for (SyntheticVm vm : vms) {
      vm.close();
    }
    sink.close();
  }
}
