package dev.ramtide.producer.cli;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.UsesKafkaClients;
import dev.ramtide.integrity.PageHasher;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.DurationConverter;
import dev.ramtide.options.EncryptionOptions;
import dev.ramtide.options.HostName;
import dev.ramtide.options.MetricsOptions;
import dev.ramtide.options.SkipOptions;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.capture.HostTrust;
import dev.ramtide.producer.capture.ListenAddress;
import dev.ramtide.producer.capture.ListeningSource;
import dev.ramtide.producer.capture.MappedRamFileSource;
import dev.ramtide.producer.capture.MultifdOptions;
import dev.ramtide.producer.capture.QemuOptions;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.capture.SourceChoice;
import dev.ramtide.producer.publish.AgentClients;
import dev.ramtide.producer.publish.KafkaVmLog;
import dev.ramtide.producer.publish.LogSettings;
import dev.ramtide.producer.publish.VmLog;
import dev.ramtide.producer.qmp.QmpFaults;
import dev.ramtide.qemustream.MultifdCompression;
import dev.ramtide.refusal.PlainPorts;
import dev.ramtide.time.MonotonicClock;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verb {@code agent}. */
@Command(
    name = "agent",
    description = {
      "Publishes checkpoints of a VM to Kafka: all its pages once, then those that changed.",
      "One agent for a VM; a second one takes over, and the first one ends. Stops on Ctrl-C or SIGTERM with the guest"
          + " running."
    })
@SuppressWarnings("try") // What serves is closed, and not looked at.
public final class AgentCommand implements Callable<Integer>, UsesKafkaClients {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--vm",
      required = true,
      paramLabel = "NAME",
      converter = VmIdConverter.class,
      description = "Name of the VM: a-z, 0-9 and '-', at most 63. It names the topics.")
  private VmId vm = new VmId("unset");

  @ArgGroup(exclusive = true, multiplicity = "1", heading = "%nWhere the guest is (one of):%n")
  private SourceOptions from = new SourceOptions();

  @ArgGroup(exclusive = false, heading = "%nWith --qmp:%n")
  private DriveModeOptions drive = new DriveModeOptions();

  @ArgGroup(exclusive = false, heading = "%nHow many:%n")
  private PaceOptions pace = new PaceOptions();

  @ArgGroup(exclusive = false, heading = "%nHow the log is written:%n")
  private LogOptions log = new LogOptions();

  @Option(
      names = "--confirm",
      description = {
        "QEMU is told that its migration succeeded only when the checkpoint is in Kafka (capability return-path).",
        "The guest stands until then. With --qmp for --mode live and stop; auto is live."
      })
  private boolean confirm;

  @Option(
      names = "--multifd-channels",
      paramLabel = "N",
      description = {
        "QEMU sends its pages through N connections beside the main one (capability multifd).",
        "With --qmp for --mode live and stop; auto is live. With --listen as QEMU's multifd-channels has it."
      })
  private int multifdChannels;

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Mixin private SkipOptions skip = new SkipOptions();

  @Mixin private EncryptionOptions encryption = new EncryptionOptions();

  @Mixin private MetricsOptions watch = new MetricsOptions();

  @Option(names = "--json", description = "Print each checkpoint as one JSON object on a line.")
  private boolean json;

  /** How many checkpoints, and how often. */
  static final class PaceOptions {
    @Option(names = "--once", description = "Take one checkpoint and exit; with --image always so.")
    private boolean once;

    @Option(
        names = "--checkpoints",
        paramLabel = "N",
        description = "Take this many and exit (default: go on).")
    private @Nullable Long checkpoints;

    @Option(
        names = "--interval",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = {
          "From the start of a checkpoint to that of the next (default: 10s).",
          "While one takes longer, beats are skipped and counted."
        })
    private Duration interval = Duration.ofSeconds(10);
  }

  /** How memory is cut into partitions, events and checkpoints. */
  static final class LogOptions {
    @Option(
        names = "--partitions",
        paramLabel = "N",
        description = "Partitions of the pages topic; fixed once it exists (default: 8).")
    private int partitions = 8;

    @Option(
        names = "--replication-factor",
        paramLabel = "N",
        description = "For topics that are created (default: the broker's).")
    private @Nullable Integer replicationFactor;

    @Option(
        names = "--stripe-pages",
        paramLabel = "N",
        description = "Pages of a stripe (default: 1024).")
    private int stripePages = SessionOptions.DEFAULT_STRIPE_PAGES;

    @Option(
        names = "--payload-bytes",
        paramLabel = "N",
        description = "Page bytes of a full event, at most 983040 (default: 524288).")
    private int payloadBytes = SessionOptions.DEFAULT_PAYLOAD_BYTES;

    @Option(
        names = "--keyframe-interval",
        paramLabel = "N",
        description =
            "Publish all pages again every N checkpoints (default: only when an agent starts).")
    private int keyframeInterval;

    @Option(
        names = "--label",
        paramLabel = "TEXT",
        description = "Free text that each checkpoint carries.")
    private String label = "";

    @Option(
        names = "--compress-encrypted",
        description = {
          "With keys: compress pages (zstd) before they are encrypted; afterwards nothing can.",
          "Whoever sees the log then sees how well memory compresses, and who can also write into the guest's memory"
              + " may learn from it what lies beside that."
        })
    private boolean compressEncrypted;

    private OptionalInt replication() {
      return replicationFactor == null ? OptionalInt.empty() : OptionalInt.of(replicationFactor);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Clock clock = Clock.systemUTC();
    try (WatchedAgent watched = WatchedAgent.open(watch, vm, expected(), clock)) {
      return run(watched, clock);
    }
  }

  private int run(WatchedAgent watched, Clock clock) throws IOException, InterruptedException {
    QmpFaults faults = new QmpFaults();
    AgentLoop.SourceOpener opener = opener(faults);
    SessionOptions options = sessionOptions();
    PlainPorts ports = broker.requirePlainPorts(kafkaClients());
    broker.warnOfOverridden(kafkaClients());
    Properties client = broker.clientProperties();
    LogSettings settings =
        new LogSettings(
            client,
            new VmTopics(broker.topicPrefix(), vm),
            options.partitionCount(),
            log.replication(),
            options.payloadBytes(),
            HostName.own(),
            skip.records(),
            encryption.writerKeys(client, log.compressEncrypted));
    if (from.listen != null && pace().isForever()) {
      rehearse();
    }
    try (AgentClients clients = watched.clients(AgentClients.kafka(settings))) {
      KafkaVmLog vmLog = new KafkaVmLog(settings, clients, clock);
      watched.meter(vmLog.meter(), faults);
      return run(watched, new AskingLog(ports, vmLog), opener);
    }
  }

  private int run(WatchedAgent watched, VmLog vmLog, AgentLoop.SourceOpener opener)
      throws IOException, InterruptedException {
    CaptureSession session =
        new CaptureSession(
            vmLog, sessionOptions(), Clock.systemUTC(), new CaptureBar(watched.listener(), json));
    ManifestPrinter printer = new ManifestPrinter(spec.commandLine().getOut(), json);
    HookReport report = new HookReport(printer, spec.commandLine().getErr());
    try (StopSignal stop = StopSignal.armed(Thread.currentThread());
        AgentLoop loop = new AgentLoop(session, opener, pace(), MonotonicClock.SYSTEM)) {
      stop.quietly(() -> loop.run(watched.report(report), spec.commandLine().getErr()));
    }
    // Who asked for so many waits for the outcome, the hook's included.
    return report.failed() > 0 && !pace().isForever() ? 1 : 0;
  }

  @Override
  public List<ClientPlan> kafkaClients() {
    SessionOptions options = sessionOptions();
    return AgentClients.plans(
        new LogSettings(
            new Properties(),
            new VmTopics(broker.topicPrefix(), vm),
            options.partitionCount(),
            log.replication(),
            options.payloadBytes(),
            ""));
  }

  /** While it waits for a guest: of those that begin at once the guest would be slowed down. */
  private static void rehearse() {
    Thread rehearsal = new Thread(PageHasher::rehearse, "rehearsal");
    rehearsal.setDaemon(true);
    rehearsal.start();
  }

  private AgentLoop.Pace pace() {
    Long asked = pace.checkpoints;
    if (asked != null && pace.once) {
      throw wrong("--once and --checkpoints " + asked + " say two things: give one of them");
    }
    if (pace.interval.isZero()) {
      throw wrong("--interval 0: give a length of time such as 500ms or 10s");
    }
    if (asked != null && asked < 1) {
      throw wrong("--checkpoints " + asked + ": at least 1");
    }
    // Whoever says 'migrate' sets the pace of a listener.
    Duration interval = from.listen != null ? Duration.ZERO : pace.interval;
    boolean one = pace.once || from.image != null;
    return new AgentLoop.Pace(one ? 1 : asked == null ? 0 : asked, interval);
  }

  private WatchedAgent.Expected expected() {
    Optional<CaptureMode> mode =
        from.qmp == null ? Optional.of(CaptureMode.EXTERNAL) : drive.mode().known();
    return new WatchedAgent.Expected(mode, pace().interval());
  }

  private SessionOptions sessionOptions() {
    return checked(
        () ->
            new SessionOptions(
                log.stripePages,
                log.partitions,
                log.payloadBytes,
                log.keyframeInterval,
                log.label,
                drive.hook(vm)));
  }

  private AgentLoop.SourceOpener opener(QmpFaults faults) {
    if (drive.areGiven() && from.qmp == null) {
      throw wrong(
          "--mode, --audit-interval, --live-limit, --multifd-compression, --pause-hook and --socket-dir say how to"
              + " drive QEMU: they need --qmp");
    }
    Path qmp = from.qmp;
    if (qmp != null) {
      QemuOptions options = checked(() -> drive.toOptions(multifdChannels, confirm));
      HostTrust trust = new HostTrust();
      return () -> SourceChoice.open(qmp, options, trust, faults);
    }
    Path image = from.image;
    if (image != null) {
      if (confirm || multifdChannels != 0) {
        throw wrong("--confirm and --multifd-channels need a QEMU: --qmp or --listen");
      }
      return () -> MappedRamFileSource.open(image);
    }
    ListenAddress address = listenAddress(String.valueOf(from.listen));
    MultifdOptions multifd =
        checked(() -> new MultifdOptions(multifdChannels, MultifdCompression.NONE));
    return () -> listen(address, multifd);
  }

  /** What the options say, or what is wrong with them. */
  private <T> T checked(Supplier<T> options) {
    try {
      return options.get();
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private ListenAddress listenAddress(String uri) {
    try {
      return ListenAddress.parse(uri);
    } catch (IllegalArgumentException e) {
      throw wrong("--listen: " + e.getMessage());
    }
  }

  private CaptureSource listen(ListenAddress address, MultifdOptions multifd) throws IOException {
    ListeningSource source = ListeningSource.open(address, multifd.channels(), confirm);
    PrintWriter err = spec.commandLine().getErr();
    err.println("listening: " + source.uri());
    err.flush();
    return source;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
