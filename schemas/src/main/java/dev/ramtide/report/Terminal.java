package dev.ramtide.report;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The terminal that stderr leads to, while somebody may look at it. A bar stands in its last line;
 * has the process something else to write there, a line of the log or a row of a verb, the bar is
 * taken away first and drawn again below it.
 *
 * <p>Any thread.
 */
public final class Terminal {
  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final Duration END_PATIENCE = Duration.ofMillis(200);
  private static final int USUAL_COLUMNS = 80;
  private static final int USUAL_ROWS = 24;
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5}) (\\d{1,5})\\s*");
  private static final String ERASE = "\r\u001b[K";

  private static volatile @Nullable Terminal taken;

  private final PrintStream screen;
  private boolean barStands;
  private boolean lineIsEmpty = true;
  private boolean ended;

  Terminal(PrintStream screen) {
    this.screen = screen;
  }

  /** From now on bars are drawn, where stderr is a terminal. Once, before anything is written. */
  public static void take() {
    if (taken != null || deviceOf(STDERR).isEmpty()) {
      return;
    }
    Terminal terminal = new Terminal(System.err);
    System.setErr(terminal.above(System.err, "stderr"));
    if (isStdout()) {
      System.setOut(terminal.above(System.out, "stdout"));
    }
    // A process that is told to stop leaves the line to the shell's prompt.
    Runtime.getRuntime().addShutdownHook(new Thread(terminal::endSoon, "terminal-end"));
    taken = terminal;
  }

  /** The one where bars are drawn. */
  static Optional<Terminal> watched() {
    return Optional.ofNullable(taken);
  }

  /** Whether stdout leads to a terminal. {@code System.console()} would ask for a stdin too. */
  public static boolean isStdout() {
    return deviceOf(STDOUT).isPresent();
  }

  /** How wide the terminal is now. */
  public static int columns() {
    return size(2).orElse(USUAL_COLUMNS);
  }

  /** How high it is now. */
  public static int rows() {
    return size(1).orElse(USUAL_ROWS);
  }

  private static Optional<Integer> size(int part) {
    return deviceOf(STDOUT).or(() -> deviceOf(STDERR)).flatMap(device -> ask(device, part));
  }

  /** Since Java 22 there is a {@code System.console()} without a terminal, so Linux is asked. */
  private static Optional<Path> deviceOf(int descriptor) {
    String term = System.getenv("TERM");
    if (term == null || term.equals("dumb")) {
      return Optional.empty(); // It would show what moves a cursor as text.
    }
    try {
      Path device = Files.readSymbolicLink(Path.of("/proc/self/fd", String.valueOf(descriptor)));
      boolean terminal = device.toString().matches("/dev/(pts/\\d+|tty.*|console)");
      return terminal ? Optional.of(device) : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  private static Optional<Integer> ask(Path device, int part) {
    try {
      Process stty =
          new ProcessBuilder("stty", "-F", device.toString(), "size")
              .redirectError(Redirect.DISCARD)
              .start();
      byte[] answer = stty.getInputStream().readAllBytes();
      Matcher size = SIZE.matcher(new String(answer, StandardCharsets.US_ASCII));
      int told = size.matches() ? Integer.parseInt(size.group(part)) : 0;
      return told > 0 ? Optional.of(told) : Optional.empty(); // 0 where nobody has set it.
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** What is written to such a stream stands above the bar. */
  PrintStream above(PrintStream stream, String name) {
    String encoding =
        System.getProperty(name + ".encoding", System.getProperty("sun." + name + ".encoding"));
    Charset charset = encoding == null ? Charset.defaultCharset() : Charset.forName(encoding);
    return new PrintStream(new Above(stream), true, charset);
  }

  private final class Above extends OutputStream {
    private final PrintStream stream;

    Above(PrintStream stream) {
      this.stream = stream;
    }

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int start, int count) {
      synchronized (Terminal.this) {
        if (count > 0) {
          erase();
          stream.write(bytes, start, count);
          stream.flush();
          lineIsEmpty = bytes[start + count - 1] == '\n';
        }
      }
    }
  }

  /** Draws a bar over the one that stands there. */
  synchronized void draw(String bar) {
    if (lineIsEmpty && !ended) {
      screen.print("\r" + bar + "\u001b[K"); // Without erasing first, so nothing flickers.
      screen.flush();
      barStands = true;
    }
  }

  /** Takes the bar away. */
  synchronized void erase() {
    if (barStands) {
      screen.print(ERASE);
      screen.flush();
      barStands = false;
    }
  }

  /**
   * Does not wait for a terminal that takes nothing (Ctrl-S): who writes to it then stands still
   * with the lock, and the process could not end.
   */
  void endSoon() {
    Thread ending = new Thread(this::end, "terminal-erase");
    ending.setDaemon(true);
    ending.start();
    try {
      ending.join(END_PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void end() {
    erase();
    ended = true;
  }
}
