package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.UsesKafkaClients;
import dev.ramtide.integrity.PageHasher;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.DecryptionOptions;
import dev.ramtide.options.MetricsOptions;
import dev.ramtide.options.SkipOptions;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.SinkClients;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.consume.VmFilter;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.PageWrites;
import dev.ramtide.sink.state.Site;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verb {@code sink}. */
@Command(
    name = "sink",
    description = {
      "Writes the pages of VMs from Kafka into mapped-ram images, and seals each newest checkpoint.",
      "Start as many as you like on the same directory, on one host or several: they share the work. Stops on Ctrl-C or"
          + " SIGTERM without losing anything."
    })
@SuppressWarnings("try") // What serves is closed, and not looked at.
public final class SinkCommand implements Callable<Integer>, UsesKafkaClients {
  private static final Logger LOG = LoggerFactory.getLogger(SinkCommand.class);
  private static final long LOOK_EVERY_MS = 20;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Mixin private SkipOptions skip = new SkipOptions();

  @Mixin private DecryptionOptions decryption = new DecryptionOptions();

  @Mixin private MetricsOptions watch = new MetricsOptions();

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "Where the images are kept.")
  private Path images = Path.of("");

  @Option(
      names = "--vm",
      paramLabel = "NAME",
      arity = "1..*",
      converter = VmIdConverter.class,
      description =
          "VMs to follow (default: every VM under the topic prefix, also ones that appear later).")
  private List<VmId> vms = List.of();

  @Option(
      names = "--vm-pattern",
      paramLabel = "REGEX",
      description =
          "Instead of --vm: the VMs whose whole name matches, such as 'web-.*', also ones that appear later.")
  private @Nullable Pattern vmPattern;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Members of the consumer group in this process (default: ${DEFAULT-VALUE}).")
  private int threads = 2;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description = "Consumer group (default: one that belongs to the directory).")
  private @Nullable String group;

  @Option(
      names = "--until-sealed",
      paramLabel = "N",
      description = "Exit with 0 as soon as checkpoint N or a later one of every --vm is sealed.")
  private @Nullable Long untilSealed;

  @Option(
      names = "--keep-sealed",
      paramLabel = "N",
      description =
          "Also keep copies of the newest N sealed images in DIR/VM/kept, which share what did not change: needs a"
              + " file system with reflinks, such as XFS or btrfs (default: none).")
  private int keepSealed;

  @Option(
      names = "--direct-io",
      description =
          "Write pages past the page cache (O_DIRECT), so that images do not push out what other programs have in it.")
  private boolean directIo;

  @Option(
      names = "--json",
      description = "With --until-sealed: print what was sealed as JSON, an object a line.")
  private boolean json;

  @Override
  public List<ClientPlan> kafkaClients() {
    return ConsumerSettings.sinkPlans();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireSense();
    try (WatchedSink watched =
        WatchedSink.open(watch, new WatchedSink.LogReader(broker, decryption))) {
      run(watched);
    }
    return 0;
  }

  private void run(WatchedSink watched) throws IOException, InterruptedException {
    Site site = openSite();
    String named = group != null ? group : broker.topicPrefix() + "-sink-" + site.id();
    KeptCopies kept = KeptCopies.reflinks(keepSealed);
    kept.requirePossible(images);
    SinkProcess.Plan plan =
        new SinkProcess.Plan(
            site,
            new VmFilter(broker.topicPrefix(), vms, Optional.ofNullable(vmPattern)),
            named,
            threads,
            new CheckpointFile(),
            kept,
            watched.listener(site));
    broker.requirePlainPorts(kafkaClients());
    broker.warnOfOverridden(kafkaClients());
    Properties client = broker.clientProperties();
    SinkClients clients =
        watched.clients(
            new ConsumerSettings(client, skip.records(), decryption.keys(client)).ofSink());
    if (untilSealed == null) {
      rehearse();
    }
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitClean(stop, stopped), "sink-stop"));
    try (SinkProcess sink = new SinkProcess(plan, clients);
        Closeable served = watched.serve(sink, site, clients)) {
      sink.start();
      follow(sink, site, stop);
    } finally {
      stopped.countDown();
    }
  }

  private Site openSite() throws IOException {
    PageWrites writes = directIo ? PageWrites.DIRECT : PageWrites.BUFFERED;
    Site site = Site.open(images, FileGates.OF_THIS_PROCESS, writes);
    writes.requirePossible(images);
    warnOfOthers(site);
    return site;
  }

  /** What the user made stays as he made it: he may want others to come by. */
  private void warnOfOthers(Site site) throws IOException {
    Optional<String> permissions = site.openToOthers();
    if (permissions.isPresent()) {
      LOG.atWarn()
          .addKeyValue("directory", images)
          .addKeyValue("permissions", permissions.get())
          .addKeyValue("do", adviceAgainstOthers(site))
          .log(
              "other users can get at the directory of the images; what is made in it is its owner's alone");
    }
  }

  /** A volume that somebody mounts for us is seldom ours. */
  private String adviceAgainstOthers(Site site) throws IOException {
    return site.isOurs()
        ? "chmod 700 " + BrokerOptions.quoted(images)
        : "--images "
            + BrokerOptions.quoted(images.resolve("own"))
            + ", which is made for us alone";
  }

  /** While it joins its group: what runs on has time for that, what is to end soon has not. */
  private static void rehearse() {
    Thread rehearsal = new Thread(PageHasher::rehearse, "rehearsal");
    rehearsal.setDaemon(true);
    rehearsal.start();
  }

  private void requireSense() {
    if (threads < 1) {
      throw new ParameterException(spec.commandLine(), "--threads " + threads + ": at least 1");
    }
    if (keepSealed < 0) {
      throw new ParameterException(
          spec.commandLine(), "--keep-sealed " + keepSealed + ": 0 or more");
    }
    if (vmPattern != null && !vms.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--vm and --vm-pattern say two things: give one of them");
    }
    if (untilSealed != null && vms.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--until-sealed needs --vm: which VMs shall be waited for?");
    }
  }

  /** Returns when the goal is reached or the process is to stop. */
  private void follow(SinkProcess sink, Site site, CountDownLatch stop)
      throws IOException, InterruptedException {
    try (ApplyBar bar = ApplyBar.of(sink, json)) {
      await(sink, site, stop, bar);
    }
  }

  private void await(SinkProcess sink, Site site, CountDownLatch stop, ApplyBar bar)
      throws IOException, InterruptedException {
    do {
      bar.draw();
      Optional<IOException> failure = sink.failure();
      if (failure.isPresent()) {
        throw failure.get();
      }
      if (untilSealed != null && isReached(sink, untilSealed)) {
        for (VmId vm : vms) {
          report(vm, sink.sealedCheckpoint(vm).orElse(untilSealed), site);
        }
        return;
      }
    } while (!stop.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS));
  }

  /**
   * @throws IOException all are sealed but those that were given up, so waiting on is of no use
   */
  private boolean isReached(SinkProcess sink, long checkpoint) throws IOException {
    Optional<IOException> givenUp = Optional.empty();
    for (VmId vm : vms) {
      if (sink.sealedCheckpoint(vm).orElse(0L) < checkpoint) {
        givenUp = sink.failure(vm);
        if (givenUp.isEmpty()) {
          return false;
        }
      }
    }
    if (givenUp.isPresent()) {
      throw givenUp.get();
    }
    return true;
  }

  private void report(VmId vm, long checkpoint, Site site) {
    Path image = site.imageOf(vm).ram();
    ObjectNode line = CheckpointJson.object();
    line.put("vm", vm.name()).put("sealed", checkpoint).put("image", image.toString());
    String text = "sealed: " + vm + " checkpoint " + checkpoint + " in " + image;
    spec.commandLine().getOut().println(json ? CheckpointJson.line(line) : text);
    spec.commandLine().getOut().flush();
  }

  /** In the shutdown hook: lets the main thread hand everything over before the JVM ends. */
  private static void awaitClean(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      if (!stopped.await(30, TimeUnit.SECONDS)) {
        return; // Nothing is lost by going now: what was not forced will be delivered again.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
