package dev.ramtide.metrics;

import java.util.List;

/**
 * Every metric of ours, as Prometheus sees it. Dashboards, alerts and the table in {@code
 * grafana/README.md} are held against this list.
 *
 * <p>Units are base units: seconds and bytes. {@code outcome}, {@code mode}, {@code phase}, {@code
 * kind} and {@code stage} have the few values that the help text names.
 */
public enum Metric {
  AGENT_CHECKPOINTS(
      Type.COUNTER,
      "ramtide_agent_checkpoints_total",
      "Checkpoints by outcome, completed or failed, and by the mode that was tried: unknown where it did not come to that.",
      Label.VM,
      Label.MODE,
      Label.OUTCOME),
  AGENT_CHECKPOINT_DURATION(
      Type.LONG_TIME,
      "ramtide_agent_checkpoint_duration_seconds",
      "From the beginning of a checkpoint to its manifest in Kafka.",
      Label.VM,
      Label.MODE),
  AGENT_PHASE_DURATION(
      Type.LONG_TIME,
      "ramtide_agent_phase_duration_seconds",
      "Phases of a checkpoint: prepare (until the guest's machine is known), transfer (pages and devices),"
          + " acknowledge (until Kafka has all), manifest.",
      Label.VM,
      Label.PHASE),
  AGENT_GUEST_PAUSE(
      Type.SHORT_TIME,
      "ramtide_agent_guest_pause_seconds",
      "How long the guest stood still for a checkpoint.",
      Label.VM,
      Label.MODE),
  AGENT_PAGES(
      Type.COUNTER,
      "ramtide_agent_pages_total",
      "Pages of completed checkpoints: scanned; of these zero, unchanged, published, resent (delivered again by QEMU).",
      Label.VM,
      Label.KIND),
  AGENT_BYTES(
      Type.COUNTER,
      "ramtide_agent_bytes_total",
      "Bytes at each stage: source (pages that came), published (pages that changed), sent (events handed to Kafka's"
          + " client).",
      Label.VM,
      Label.STAGE),
  AGENT_IN_FLIGHT(
      Type.GAUGE,
      "ramtide_agent_in_flight_bytes",
      "Events that were sent and are not acknowledged yet.",
      Label.VM),
  AGENT_STALL(
      Type.COUNTER,
      "ramtide_agent_stall_seconds_total",
      "Time in which the source was not read because Kafka's client had no room, or knew no broker to send to.",
      Label.VM),
  AGENT_EPOCHS(
      Type.COUNTER, "ramtide_agent_epochs_total", "Epochs that this agent has claimed.", Label.VM),
  AGENT_KEYFRAMES(
      Type.COUNTER,
      "ramtide_agent_keyframes_total",
      "Completed checkpoints that published every page.",
      Label.VM),
  AGENT_QMP_ERRORS(
      Type.COUNTER,
      "ramtide_agent_qmp_errors_total",
      "What went wrong on QEMU's control socket: refused, absent (asked for what this QEMU does not have), protocol,"
          + " lost, unanswered, unreachable.",
      Label.VM,
      Label.KIND),
  AGENT_HOOK_FAILURES(
      Type.COUNTER,
      "ramtide_agent_hook_failures_total",
      "Pause hooks that did not end well.",
      Label.VM),
  AGENT_HOST_PAGES(
      Type.COUNTER,
      "ramtide_agent_host_pages_total",
      "Pages read through the guest's host: marked (while it stood), first_pass (before that), audited.",
      Label.VM,
      Label.KIND),
  AGENT_AUDIT_FAILURES(
      Type.COUNTER,
      "ramtide_agent_audit_failures_total",
      "Audits that found pages which had changed without a mark of the host's kernel.",
      Label.VM),
  AGENT_SKIPPED_BEATS(
      Type.COUNTER,
      "ramtide_agent_skipped_beats_total",
      "Checkpoints that were due while another one was still being taken.",
      Label.VM),
  AGENT_CHECKPOINT(
      Type.GAUGE,
      "ramtide_agent_checkpoint",
      "Number of the newest checkpoint that this agent has completed.",
      Label.VM),
  AGENT_CHECKPOINT_AGE(
      Type.GAUGE,
      "ramtide_agent_checkpoint_age_seconds",
      "Now minus the moment of the guest in the newest completed checkpoint.",
      Label.VM),

  SINK_PAGES(
      Type.COUNTER,
      "ramtide_sink_pages_total",
      "Pages that were delivered: written; redelivered (the same version again, written again); superseded (older, left"
          + " alone).",
      Label.VM,
      Label.OUTCOME),
  SINK_BYTES(
      Type.COUNTER, "ramtide_sink_bytes_total", "Bytes of events that were applied.", Label.VM),
  SINK_APPLY_DURATION(
      Type.SHORT_TIME,
      "ramtide_sink_apply_duration_seconds",
      "Checking and writing the events of one partition that one poll has brought.",
      Label.VM),
  SINK_SYNC_DURATION(
      Type.SHORT_TIME,
      "ramtide_sink_sync_duration_seconds",
      "Forcing what one partition wrote, and its state, to the disk.",
      Label.VM),
  SINK_SEAL_DURATION(
      Type.LONG_TIME,
      "ramtide_sink_seal_duration_seconds",
      "From the decision for a checkpoint to the image sealed as it, partitions' work included.",
      Label.VM),
  SINK_SEALS(Type.COUNTER, "ramtide_sink_seals_total", "Images sealed by this process.", Label.VM),
  SINK_DIGEST_FAILURES(
      Type.COUNTER,
      "ramtide_sink_digest_failures_total",
      "Images whose digest was not the manifest's.",
      Label.VM),
  SINK_FAILURES(
      Type.COUNTER,
      "ramtide_sink_failures_total",
      "Times that this process gave the VM up, for a while or for good.",
      Label.VM),
  SINK_GIVEN_UP(
      Type.GAUGE,
      "ramtide_sink_given_up",
      "1 while this process has given the VM up, else 0; the status page says why.",
      Label.VM),
  SINK_LOCK_WAITS(
      Type.GAUGE,
      "ramtide_sink_lock_waits",
      "Partitions of this process that wait for the lock of a former owner.",
      Label.VM),
  SINK_PARTITIONS(
      Type.GAUGE,
      "ramtide_sink_partitions",
      "Partitions of pages that this process owns.",
      Label.VM),
  SINK_LAG_RECORDS(
      Type.GAUGE,
      "ramtide_sink_lag_records",
      "Records of complete checkpoints that the partitions of this process have not applied yet.",
      Label.VM),
  SINK_LAG_BYTES(
      Type.GAUGE,
      "ramtide_sink_lag_bytes",
      "Page bytes of the completed checkpoints that the image does not have yet.",
      Label.VM),
  SINK_NEWEST_CHECKPOINT(
      Type.GAUGE,
      "ramtide_sink_newest_checkpoint",
      "Number of the newest complete checkpoint in the log.",
      Label.VM),
  SINK_SEALED_CHECKPOINT(
      Type.GAUGE,
      "ramtide_sink_sealed_checkpoint",
      "Number of the checkpoint that the image is sealed as, or was last while the next is applied, or 0.",
      Label.VM),
  SINK_OLDEST_RESTORABLE(
      Type.GAUGE,
      "ramtide_sink_oldest_restorable_checkpoint",
      "Number of the oldest checkpoint that the log, the image or a kept copy can give, or 0.",
      Label.VM),
  SINK_RECOVERY_POINT_AGE(
      Type.GAUGE,
      "ramtide_sink_recovery_point_age_seconds",
      "Now minus the moment of the guest in the newest sealed checkpoint; not there before the first seal.",
      Label.VM),
  /** A moment, so that it can still be told how old it is when the sink is away. */
  SINK_RECOVERY_POINT(
      Type.GAUGE,
      "ramtide_sink_recovery_point_timestamp_seconds",
      "Moment of the guest in the newest sealed checkpoint, in seconds since 1970; not there before the first seal.",
      Label.VM),
  SINK_LOG_BYTES(
      Type.GAUGE,
      "ramtide_sink_log_bytes",
      "What the VM's topics take on a broker's disk, of one replica; not there when Kafka does not tell it.",
      Label.VM),
  SINK_IMAGE_BYTES(
      Type.GAUGE,
      "ramtide_sink_image_bytes",
      "Length of the image file, holes included.",
      Label.VM),
  SINK_DISK_FREE(
      Type.GAUGE,
      "ramtide_sink_disk_free_bytes",
      "What this process may still write to the file system of the images."),
  SINK_DISK_TOTAL(
      Type.GAUGE, "ramtide_sink_disk_total_bytes", "Size of the file system of the images.");

  /** What a metric counts or measures. */
  enum Type {
    COUNTER,
    GAUGE,
    /** A histogram from a millisecond to half a minute. */
    SHORT_TIME,
    /** A histogram from 50 ms to ten minutes. */
    LONG_TIME
  }

  /** The label names there are. */
  public static final class Label {
    public static final String VM = "vm";
    public static final String MODE = "mode";
    public static final String OUTCOME = "outcome";
    public static final String PHASE = "phase";
    public static final String KIND = "kind";
    public static final String STAGE = "stage";

    private Label() {}
  }

  private final Type type;
  private final String prometheusName;
  private final String help;
  private final List<String> labels;

  Metric(Type type, String prometheusName, String help, String... labels) {
    this.type = type;
    this.prometheusName = prometheusName;
    this.help = help;
    this.labels = List.of(labels);
  }

  Type type() {
    return type;
  }

  /** As it is scraped; a histogram's series have {@code _bucket}, {@code _count}, {@code _sum}. */
  public String prometheusName() {
    return prometheusName;
  }

  public String help() {
    return help;
  }

  /** In the order in which values are given. */
  public List<String> labels() {
    return labels;
  }

  /** Whether it is scraped as a histogram. */
  public boolean isHistogram() {
    return type == Type.SHORT_TIME || type == Type.LONG_TIME;
  }
}
