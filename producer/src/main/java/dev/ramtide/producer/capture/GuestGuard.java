package dev.ramtide.producer.capture;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Promise <b>GuestFirst</b> when the agent is killed: a second process that is told over its stdin
 * what the agent holds, and gives it back when stdin ends before an empty line said that nothing
 * is.
 *
 * <p>Whatever ends the agent ends the pipe. What kills both at once leaves the {@link HoldFile} for
 * the next agent. One owner thread.
 */
final class GuestGuard implements HoldStore {
  private static final Logger LOG = LoggerFactory.getLogger(GuestGuard.class);

  /** A signal that a terminal or a service manager sends to all of us is the agent's to answer. */
  private static final List<String> DEAF_TO_SIGNALS =
      List.of("/bin/sh", "-c", "trap '' HUP INT TERM; exec \"$@\"", "ramtide-guard");

  private static final List<String> SMALL_JVM =
      List.of("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final HoldFile file;
  private final @Nullable Process process;
  private boolean complained;

  private GuestGuard(HoldFile file, @Nullable Process process) {
    this.file = file;
    this.process = process;
  }

  /** Starts it beside this process; an agent that cannot have a guard works without. */
  static GuestGuard start(HoldFile file) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>(DEAF_TO_SIGNALS);
    command.add(java.toString());
    command.addAll(SMALL_JVM);
    command.add("-D" + GuardMain.OBJECTS + "=" + Boolean.getBoolean(GuardMain.OBJECTS));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), GuardMain.class.getName()));
    try {
      return new GuestGuard(
          file,
          new ProcessBuilder(command)
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.INHERIT)
              .start());
    } catch (IOException e) {
      GuestGuard none = new GuestGuard(file, null);
      none.complain(e);
      return none;
    }
  }

  @Override
  public void write(GuestHold hold) throws IOException {
    file.write(hold);
    tell(hold.toLine());
  }

  @Override
  public void clear() throws IOException {
    file.clear();
    tell(new byte[0]);
  }

  private void tell(byte[] line) {
    if (process == null || complained) {
      return;
    }
    byte[] whole = Arrays.copyOf(line, line.length + 1);
    whole[line.length] = '\n';
    try {
      OutputStream stdin = process.getOutputStream();
      stdin.write(whole);
      stdin.flush();
    } catch (IOException e) {
      complain(e);
    }
  }

  private void complain(IOException e) {
    complained = true;
    LOG.atWarn()
        .addKeyValue("reason", e.toString())
        .log(
            "no guard beside this agent: if it is killed, a guest that it paused stands until the next agent comes");
  }

  /** The guard ends with its stdin. */
  @Override
  public void close() throws IOException {
    if (process == null) {
      return;
    }
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("the guard had ended already");
    }
    GuestRelease.insist(() -> process.waitFor(2, TimeUnit.SECONDS));
  }
}
