package dev.ramtide.deploy.watch;

import dev.ramtide.report.Progress;
import dev.ramtide.report.Terminal;

/** A process with a bar, for {@link TerminalIT}. */
final class BarMain {
  private BarMain() {}

  public static void main(String[] args) throws InterruptedException {
    Terminal.take();
    // What an agent does when it is told to stop: the guest goes on.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("cleaned up")));
    long steps = Long.parseLong(args[0]);
    System.err.println("begins");
    try (Progress progress = new Progress("working", "steps", steps, false)) {
      for (long step = 1; step <= steps; step++) {
        progress.accept(step);
        Thread.sleep(50);
        if (step == steps / 2) {
          System.err.println("half of it is done");
        }
      }
    }
    System.out.println("done");
  }
}
