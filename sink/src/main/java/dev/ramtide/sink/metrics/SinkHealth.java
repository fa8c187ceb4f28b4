package dev.ramtide.sink.metrics;

import dev.ramtide.metrics.Health;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.consume.VmStatus;
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
    return sink.failure().map(VmStatus::reasonOf).map(List::of).orElse(List.of());
  }

  @Override
  public List<String> notReady() {
    List<String> reasons = new ArrayList<>(notLive());
    for (VmStatus vm : sink.statuses()) {
      vm.reason().ifPresent(why -> reasons.add(vm.vm() + ": " + why));
    }
    sink.waitingFor()
        .forEach(
            vm -> reasons.add(vm + ": its topics are not there yet, or its log is still read"));
    return reasons;
  }
}
