package dev.ramtide.deploy.hostkernel;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.QemuCommandLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A guest of the machine within this one: its command line, and shell scripts that ask its QEMU by
 * a control socket of their own. No Java: its start would take a while in there.
 */
final class NestedGuest {
  /** On the loopback address in there: busybox knows no unix sockets. */
  private static final int PORT = 4444;

  private static final String ASK =
      """
      #!/bin/sh
      # ask COMMAND: has QEMU do it, and prints what it answers.
      answers=$(mktemp)
      {
        echo '{"execute": "qmp_capabilities"}'
        echo "$1"
        # Until then the connection has to stay open; it may also end, or never begin.
        until grep -q '"asked"\\|^ended' $answers; do usleep 10000; done
      } | { nc 127.0.0.1 %d; echo ended; } >$answers
      cat $answers
      rm $answers
      """
          .formatted(PORT);

  private final GuestSpec spec;
  private final Path directory;

  private NestedGuest(GuestSpec spec, Path directory) {
    this.spec = spec;
    this.directory = directory;
  }

  /**
   * @param directory of its own, here and in there, with a short path: it holds sockets
   */
  static NestedGuest in(Path directory, GuestSpec spec) throws IOException {
    NestedGuest guest = new NestedGuest(spec, directory);
    List<String> command =
        new QemuCommandLine(
                spec.withArguments("-qmp", "tcp:127.0.0.1:" + PORT + ",server=on,wait=off")
                    // Merged pages would lose their marks: whoever relies on marks needs it.
                    .withArguments("-machine", "mem-merge=off"),
                directory)
            .write(false);
    Files.writeString(
        directory.resolve("run"), "echo $$ >%s\nexec %s\n".formatted(guest.pid(), quoted(command)));
    Files.writeString(directory.resolve("ask"), ASK);
    Files.writeString(directory.resolve("hash-memory"), guest.hashMemory());
    return guest;
  }

  Path agentSocket() {
    return directory.resolve("agent.sock");
  }

  /** A file with the number of its process, once it was started. */
  Path pid() {
    return directory.resolve("pid");
  }

  /** Starts the guest and waits until its memory is filled and it counts. */
  String startScript() {
    return """
        rm -f ended
        { sh %1$s/run >&2; touch ended; } &
        until sh %1$s/ask '%2$s' 2>/dev/null | grep -q 0x%3$x; do
          if [ -e ended ]; then exit 1; fi
          usleep 200000
        done
        echo "vm: guest counts after $(cut -d ' ' -f 1 /proc/uptime) s"
        """
        .formatted(
            directory,
            asked(
                "human-monitor-command",
                "\"command-line\": \"xp /1wx 0x%x\"".formatted(GuestProgram.MARKER_ADDRESS)),
            GuestProgram.MARKER);
  }

  /** Has QEMU write all memory of the guest to a file, and prints its SHA-256. */
  String hashScript() {
    return "sh " + directory.resolve("hash-memory");
  }

  private String hashMemory() {
    Path memory = directory.resolve("memory");
    return """
        set -e
        said=$(sh %s/ask '%s')
        case $said in *'"return": {}, "id": "asked"'*) ;; *) echo "$said" >&2; exit 1 ;; esac
        sum=$(sha256sum <%s)
        echo ${sum%%%% *}
        rm %s
        """
        .formatted(
            directory,
            asked(
                "pmemsave",
                "\"val\": 0, \"size\": %d, \"filename\": \"%s\""
                    .formatted(spec.memoryBytes(), memory)),
            memory,
            memory);
  }

  private static String asked(String command, String arguments) {
    return "{\"execute\": \"%s\", \"arguments\": {%s}, \"id\": \"asked\"}"
        .formatted(command, arguments);
  }

  /** For the shell. */
  static String quoted(List<String> words) {
    return words.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
