package dev.ramtide.producer.cli;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.producer.metrics.AgentWatch;
import java.io.IOException;

/** Passes on what the loop tells, to whoever watches the process too. */
record WatchReport(AgentLoop.Listener next, AgentWatch watch) implements AgentLoop.Listener {
  @Override
  public void taken(CheckpointManifest manifest, long skippedBeats) {
    watch.skippedBeats(skippedBeats);
    next.taken(manifest, skippedBeats);
  }

  @Override
  public void failed(IOException why) {
    watch.failed(why);
    next.failed(why);
  }
}
