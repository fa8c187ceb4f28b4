package dev.ramtide.report;

import java.io.Closeable;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on stderr for long work; nothing where nobody watches. */
public final class Progress implements LongConsumer, Closeable {
  private final @Nullable ProgressBar bar;

  /**
   * @param quiet also on a terminal, as with JSON
   */
  public Progress(String task, String unit, long total, boolean quiet) {
    boolean watched = isWatched() && !quiet;
    this.bar =
        watched
            ? new ProgressBarBuilder()
                .setTaskName(task)
                .setUnit(" " + unit, 1)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .build()
            : null;
  }

  /** Whether there is a terminal that somebody may look at. */
  public static boolean isWatched() {
    return System.console() != null;
  }

  @Override
  public void accept(long done) {
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
