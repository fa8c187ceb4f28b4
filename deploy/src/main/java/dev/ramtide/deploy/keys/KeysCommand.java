package dev.ramtide.deploy.keys;

import dev.ramtide.encryption.KeyFile;
import dev.ramtide.encryption.KeyFileWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code keys}. */
@Command(
    name = "keys",
    description = {
      "Makes a file of keys for --encryption-keys, or says which are in it (never the keys themselves).",
      "To change keys: --new, copy the file to all readers and agents, then --use and copy it to the agents. Nobody has"
          + " to be restarted: an agent uses it from its next keyframe on. Keep old keys as long as the log has what they"
          + " encrypted."
    })
public final class KeysCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "FILE", description = "The file; made if it is missing.")
  private Path file = Path.of("");

  @Option(
      names = "--new",
      paramLabel = "ID",
      description =
          "Add a key under this name (a-z, 0-9, '.', '-', '_'). The first of a file is in use at once.")
  private @Nullable String added;

  @Option(
      names = "--use",
      paramLabel = "ID",
      description = "Let agents use this key, once every reader has it.")
  private @Nullable String used;

  @Override
  public Integer call() throws IOException {
    if (added != null) {
      KeyFileWriter.add(file, added);
    }
    if (used != null) {
      KeyFileWriter.use(file, used);
    }
    Properties properties = new Properties();
    properties.setProperty(KeyFile.FILE, file.toString());
    KeyFile keys = new KeyFile();
    keys.configure(properties);
    PrintWriter out = spec.commandLine().getOut();
    for (String known : keys.keyIds()) {
      out.println(known + (known.equals(keys.currentKeyId()) ? "  (in use)" : ""));
    }
    out.flush();
    return 0;
  }
}
