package dev.ramtide.deploy.cli;

import dev.ramtide.deploy.embedded.Cluster;
import dev.ramtide.deploy.embedded.EmbeddedBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The verb {@code kafka}. */
@Command(
    name = "kafka",
    description = {
      "Runs a single real Kafka broker in the foreground, for trying things out.",
      "It listens on the loopback address only, prints 'ready: HOST:PORT' when clients can connect, and stops on"
          + " Ctrl-C or SIGTERM."
    })
final class KafkaCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Where the broker keeps its data. Topics of an earlier run are there again.")
  private Path data = Path.of("");

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "0 for any free one (default: ${DEFAULT-VALUE}).")
  private int port = 9092;

  /** For who starts all nodes of a cluster, as {@code torture} does. */
  @Option(names = "--cluster", hidden = true, converter = ClusterConverter.class)
  private @Nullable Cluster cluster;

  @Option(names = "--node", hidden = true)
  private int node = 1;

  static final class ClusterConverter implements ITypeConverter<Cluster> {
    @Override
    public Cluster convert(String word) {
      return Cluster.parse(word);
    }
  }

  @Override
  public Integer call() throws IOException {
    try (EmbeddedBroker broker = start()) {
      Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-close"));
      PrintWriter out = spec.commandLine().getOut();
      out.println("ready: " + broker.bootstrapServers());
      out.flush();
      broker.awaitShutdown();
    }
    return 0;
  }

  private EmbeddedBroker start() throws IOException {
    return cluster == null
        ? EmbeddedBroker.start(data, port)
        : EmbeddedBroker.start(data, cluster, node);
  }
}
