package dev.ramtide.report;

import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * Where the library draws one bar. Its own place for that leaves the bar behind and mixes it with
 * the log; and to know the width it has JLine take SIGINT, which then ends the JVM at once, without
 * the hooks that let the guest go on.
 *
 * <p>Used by the bar's one thread.
 */
final class BarLine implements ProgressBarConsumer {
  private static final long ASK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Terminal terminal;
  private int columns = Terminal.columns();
  private long askedNanos = System.nanoTime();

  BarLine(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * The last column stays free: a terminal goes on to the next line when something stands there.
   */
  @Override
  public int getMaxRenderedLength() {
    if (System.nanoTime() - askedNanos > ASK_EVERY_NANOS) {
      columns = Terminal.columns();
      askedNanos = System.nanoTime();
    }
    return columns - 1;
  }

  @Override
  public void accept(String bar) {
    terminal.draw(bar.substring(0, Math.min(bar.length(), getMaxRenderedLength())));
  }

  @Override
  public void clear() {
    terminal.erase();
  }

  @Override
  public void close() {
    terminal.erase();
  }
}
