package dev.ramtide.report;

import java.io.Closeable;
import java.util.Optional;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on the terminal for long work, gone when that is done; nothing where nobody watches. */
public final class Progress implements LongConsumer, Closeable {
  private static final int DRAW_EVERY_MS = 250;

  private static final long MEBIBYTE = 1 << 20;

  private final Optional<ProgressBar> bar;

  /**
   * @param total -1 when nobody knows it
   * @param quiet also on a terminal, as with JSON
   */
  public Progress(String task, String unit, long total, boolean quiet) {
    this.bar = Terminal.watched().filter(on -> !quiet).map(on -> bar(on, task, unit, total));
  }

  private static ProgressBar bar(Terminal terminal, String task, String unit, long total) {
    boolean bytes = unit.equals("bytes");
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setUnit(bytes ? " MiB" : " " + unit, bytes ? MEBIBYTE : 1)
        .setInitialMax(total)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(DRAW_EVERY_MS)
        .continuousUpdate() // What was written meanwhile has taken it away.
        .clearDisplayOnFinish()
        .setConsumer(new BarLine(terminal))
        .build();
  }

  /** Whether there is a terminal that somebody may look at. */
  public static boolean isWatched() {
    return Terminal.watched().isPresent();
  }

  @Override
  public void accept(long done) {
    bar.ifPresent(shown -> shown.stepTo(done));
  }

  /** Says of how much, when that turns out to be more. */
  public void of(long total) {
    bar.ifPresent(shown -> shown.maxHint(total));
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
