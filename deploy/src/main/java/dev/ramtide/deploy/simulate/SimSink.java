package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.deploy.simulate.disk.SimDisk;
import dev.ramtide.deploy.simulate.kafka.SimSinkClients;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.DurableName;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.PageWrites;
import dev.ramtide.sink.state.Site;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A sink: the real process, one member, on a simulated disk and cluster. */
final class SimSink {
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  private final SimProcess process;
  private final SimDisk disk;
  private final SimSinkClients clients;
  private final PageWrites writes;
  private boolean told;
  private @Nullable IOException failure;
  private @Nullable SinkProcess sink;

  SimSink(SimProcess process, SimDisk disk, SimSinkClients clients, PageWrites writes) {
    this.process = process;
    this.disk = disk;
    this.clients = clients;
    this.writes = writes;
    process.newThread(this::run).start();
  }

  SimProcess process() {
    return process;
  }

  /** SIGTERM. */
  void terminate() {
    told = true;
  }

  /** Why it ended by itself, or gave the VM up for a while. */
  Optional<IOException> failure() {
    SinkProcess running = sink;
    return failure != null || running == null
        ? Optional.ofNullable(failure)
        : running.failure(SimWorld.VM);
  }

  private void run() {
    try {
      Path directory = disk.mount(process).getPath(SiteView.DIRECTORY);
      Site site = Site.open(directory, new FileGates(process), writes);
      String group = "ramtide-sink-" + site.id();
      SinkProcess.Plan plan =
          new SinkProcess.Plan(
              site,
              clients.simulated().topics().prefix(),
              List.of(SimWorld.VM),
              group,
              1,
              new Said(),
              new KeptCopies(0, (from, to) -> false));
      SinkProcess running = new SinkProcess(plan, clients, process);
      sink = running;
      running.start();
      while (!told && running.failure().isEmpty()) {
        process.sleep(LOOK_EVERY);
      }
      failure = running.failure().orElse(null);
      running.stop();
      while (process.threads() > 1) {
        process.sleep(LOOK_EVERY);
      }
      running.close();
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As the file {@code checkpoint.json}, in fewer words. */
  private static final class Said implements ImageListener {
    @Override
    public void imageFills(ImagePaths paths, EpochStarted epoch) throws IOException {
      DurableName.replace(paths.checkpointJson(), "filling");
    }

    @Override
    public void imageIs(ImagePaths paths, ControlState state, RecordedCheckpoint checkpoint)
        throws IOException {
      DurableName.replace(paths.checkpointJson(), state.toString());
    }
  }
}
