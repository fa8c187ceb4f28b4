package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.CrashStates.State;
import dev.ramtide.deploy.simulate.disk.SimDisk;
import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A workload, and then again everything that follows from what a loss of power could leave at any
 * of its steps.
 */
final class CrashRun {
  private static final String DIRECTORY = "/site";
  private static final ImageListener SILENT = (paths, state, checkpoint) -> {};

  private final SimProcess process = new Scheduler(new Random(0)).process("sink");
  private final SimDisk disk;
  private final CrashStates states;
  private final ScriptedVm vm;
  private final OneSink sink;
  private long promised;

  /** On an empty disk. */
  CrashRun(ScriptedVm vm) throws IOException {
    this(vm, new State(new SimDisk(), 0, "the beginning"), new CrashStates());
  }

  /** From what a loss of power left. */
  CrashRun(ScriptedVm vm, State left, CrashStates states) throws IOException {
    this.vm = vm;
    this.disk = left.disk().copy();
    this.states = states;
    this.promised = left.promised();
    states.beginWith(left.how());
    disk.beforeChange(() -> states.lookAt(disk, promised));
    this.sink = new OneSink(vm, directoryOf(disk), process, this::promise);
  }

  /**
   * From the moment that it is said to be sealed until it is said to go on, or another image is
   * about to take the place.
   */
  private void promise(ImagePaths paths, ControlState state, Object checkpoint) {
    boolean inPlace = paths.directory().endsWith(ScriptedVm.VM.name());
    if (state instanceof ControlState.Sealed sealed) {
      promised = inPlace ? sealed.checkpoint() : 0;
    } else if (inPlace) {
      promised = 0;
    }
  }

  OneSink sink() {
    return sink;
  }

  CrashStates states() {
    return states;
  }

  /** The end of the workload; returns the states that were found. */
  List<State> end() throws IOException, InterruptedException {
    sink.settle();
    promised = vm.newest();
    states.lookAt(disk, promised);
    disk.beforeChange(() -> {});
    Promise.NOTHING_LOST.require(
        loadable(disk).equals(Optional.of(vm.newest())), "undisturbed, it is not sealed");
    return states.found();
  }

  /** As it is now, with nothing left to be forced. */
  State allOnDisk() {
    SimDisk copy = disk.copy();
    copy.crash(count -> count - 1);
    return new State(copy, promised, "all on disk");
  }

  /** What each state is, and what becomes of it. */
  void checkAll() throws InterruptedException {
    int checked = 0;
    for (State state : states.found()) {
      try {
        check(state);
        checked++;
      } catch (IOException | RuntimeException e) {
        throw new AssertionError(
            "after %d of %d states, %s: %s"
                .formatted(checked, states.found().size(), state.how(), e.getMessage()),
            e);
      }
    }
  }

  private void check(State state) throws IOException, InterruptedException {
    Optional<Long> left = loadable(state.disk());
    Promise.NOTHING_LOST.require(
        state.promised() == 0 || left.equals(Optional.of(state.promised())),
        "checkpoint " + state.promised() + " was sealed, QEMU would load " + left);
    SimDisk recovered = state.disk().copy();
    recovered.beforeChange(() -> requireWhole(recovered));
    new OneSink(vm, directoryOf(recovered), process, SILENT).settle();
    requireSame(recovered);
  }

  /** If the process was killed here. */
  private void requireWhole(SimDisk recovered) {
    try {
      loadable(recovered);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireSame(SimDisk recovered) throws IOException {
    loadable(recovered);
    Promise.NOTHING_LOST.require(
        recovered.hasSame(paths(recovered).ram().toString(), disk),
        "recovered, the image has other bytes");
    Promise.NOTHING_LOST.require(
        names(recovered).equals(names(disk)),
        "recovered, there are " + names(recovered) + ", not " + names(disk));
  }

  private List<String> names(SimDisk of) throws IOException {
    try (Stream<Path> all = Files.walk(directoryOf(of))) {
      return all.map(Path::toString).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Optional<Long> loadable(SimDisk of) throws IOException {
    ImagePaths paths = paths(of);
    Optional<ControlState> control =
        Files.exists(paths.control())
            ? ControlFile.readFrom(paths.control()).map(it -> it.state())
            : Optional.empty();
    return new LoadableCheckpoint(vm, of, paths.ram().toString()).find(control);
  }

  private ImagePaths paths(SimDisk of) {
    return new ImagePaths(directoryOf(of).resolve(ScriptedVm.VM.name()));
  }

  private Path directoryOf(SimDisk of) {
    return of.mount(process).getPath(DIRECTORY);
  }
}
