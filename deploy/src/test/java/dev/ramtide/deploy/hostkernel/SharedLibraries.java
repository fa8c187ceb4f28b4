package dev.ramtide.deploy.hostkernel;

import dev.ramtide.deploy.testbed.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which shared libraries programs need, asked of the dynamic linker. */
final class SharedLibraries {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  /** {@code libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x...)}, or the linker itself. */
  private static final Pattern FOUND =
      Pattern.compile("^\\s+(?:\\S+ => )?(/\\S+) \\(0x", Pattern.MULTILINE);

  private SharedLibraries() {}

  /** All of them, each where the linker looks for it. */
  static SortedSet<Path> of(Collection<Path> programs) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("ldd"));
    programs.forEach(program -> words.add(program.toString()));
    Matcher found = FOUND.matcher(Command.succeed(LIMIT, Path.of("/"), words));
    SortedSet<Path> libraries = new TreeSet<>();
    while (found.find()) {
      libraries.add(Path.of(found.group(1)));
    }
    return libraries;
  }
}
