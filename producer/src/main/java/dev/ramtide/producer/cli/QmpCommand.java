package dev.ramtide.producer.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.producer.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code qmp}. */
@Command(
    name = "qmp",
    description = {
      "Runs one command of QEMU's control socket and prints what it returns, for hooks and scripts.",
      "A socket serves one client at a time: one that an agent drives is taken, give QEMU a second one."
    })
public final class QmpCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--qmp",
      required = true,
      paramLabel = "SOCKET",
      description = "A QMP unix socket of the QEMU.")
  private Path socket = Path.of("");

  @Parameters(
      index = "0",
      paramLabel = "COMMAND",
      description = "Such as query-status or blockdev-snapshot-sync.")
  private String command = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ARGUMENTS",
      description = "One JSON object.")
  private String arguments = "{}";

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, Object> parsed;
    try {
      parsed = JSON.readValue(arguments, new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new ParameterException(
          spec.commandLine(), "ARGUMENTS is no JSON object: " + e.getOriginalMessage(), e);
    }
    try (QmpClient client = QmpClient.connect(socket)) {
      spec.commandLine()
          .getOut()
          .println(JSON.writeValueAsString(client.execute(command, parsed).fields()));
      spec.commandLine().getOut().flush();
    }
    return 0;
  }
}
