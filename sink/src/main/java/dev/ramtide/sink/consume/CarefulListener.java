package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.apply.ApplyCounts;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what is wrong with a listener from the work that it is told of; says so once. */
final class CarefulListener implements SinkListener {
  private static final Logger LOG = LoggerFactory.getLogger(CarefulListener.class);

  private final SinkListener listener;
  private volatile boolean told;

  CarefulListener(SinkListener listener) {
    this.listener = listener;
  }

  private void carefully(Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException e) {
      if (!told) {
        told = true;
        LOG.atWarn().setCause(e).log("what watches this sink fails, the sink goes on");
      }
    }
  }

  @Override
  public void found(VmFollow vm) {
    carefully(() -> listener.found(vm));
  }

  @Override
  public void gone(VmId vm) {
    carefully(() -> listener.gone(vm));
  }

  @Override
  public void applied(VmId vm, ApplyCounts counts, long eventBytes, Duration took) {
    carefully(() -> listener.applied(vm, counts, eventBytes, took));
  }

  @Override
  public void forced(VmId vm, Duration took) {
    carefully(() -> listener.forced(vm, took));
  }

  @Override
  public void sealed(VmId vm, long checkpoint, Duration took) {
    carefully(() -> listener.sealed(vm, checkpoint, took));
  }

  @Override
  public void digestDiffers(VmId vm) {
    carefully(() -> listener.digestDiffers(vm));
  }

  @Override
  public void givenUp(VmId vm) {
    carefully(() -> listener.givenUp(vm));
  }
}
