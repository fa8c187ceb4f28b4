package dev.ramtide.producer.capture;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a hook writes on stderr. That is ours, but where ours is of objects: there its lines pass
 * through us when it has ended.
 *
 * <p>By a file, and no pipe: at the end of a process the JDK takes the rest out of its pipes, also
 * from under who reads them.
 */
final class HookErrors {
  private static final Logger LOG = LoggerFactory.getLogger(HookErrors.class);

  /** As much is told; a hook is to say why it fails, no more. */
  private static final int MOST_BYTES = 64 * 1024;

  private final Optional<Path> file;

  private HookErrors(Optional<Path> file) {
    this.file = file;
  }

  /**
   * That a file cannot be made is no reason for the hook not to run: its lines stay as they are.
   */
  static HookErrors open() {
    if (!Boolean.getBoolean(GuardMain.OBJECTS)) {
      return new HookErrors(Optional.empty());
    }
    try {
      return new HookErrors(Optional.of(Files.createTempFile("ramtide-hook-", ".stderr")));
    } catch (IOException e) {
      warn(e);
      return new HookErrors(Optional.empty());
    }
  }

  Redirect redirect() {
    return file.map(path -> Redirect.to(path.toFile())).orElse(Redirect.INHERIT);
  }

  /** When it has ended; the file is gone afterwards. */
  void tell() {
    file.ifPresent(HookErrors::tell);
  }

  private static void tell(Path file) {
    try (InputStream errors = Files.newInputStream(file)) {
      Files.delete(file);
      new String(errors.readNBytes(MOST_BYTES), StandardCharsets.UTF_8)
          .lines()
          .forEach(System.err::println);
      if (errors.read() >= 0) {
        System.err.println("(the pause hook's stderr goes on, it is cut here)");
      }
    } catch (IOException e) {
      warn(e);
    }
  }

  private static void warn(IOException why) {
    LOG.atWarn()
        .addKeyValue("reason", why.toString())
        .log("what the pause hook writes on stderr cannot be passed on");
  }
}
