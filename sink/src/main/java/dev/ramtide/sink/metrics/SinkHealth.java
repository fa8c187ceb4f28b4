package dev.ramtide.sink.metrics;

import dev.ramtide.metrics.Health;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.consume.VmStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A sink lives until something ended the whole process. It is ready when it follows the log and no
 * VM is given up.
 */
public final class SinkHealth implements Health {
  private final SinkProcess sink;

  public SinkHealth(SinkProcess sink) {
    this.sink = sink;
  }

  @Override
  public List<String> notLive() {
    return sink.failure().map(IOException::getMessage).map(List::of).orElse(List.of());
  }

  @Override
  public List<String> notReady() {
    List<String> reasons = new ArrayList<>(notLive());
    try {
      for (VmStatus vm : sink.statuses()) {
        vm.failure().ifPresent(why -> reasons.add(vm.vm() + ": " + why.getMessage()));
      }
    } catch (IOException e) {
      reasons.add("an image cannot be read: " + e.getMessage());
    }
    sink.waitingFor()
        .forEach(
            vm -> reasons.add(vm + ": its topics are not there yet, or its log is still read"));
    return reasons;
  }
}
