package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.RefusedRecordException;
import dev.ramtide.encryption.NotAuthenticException;
import dev.ramtide.registry.RegistryException;
import dev.ramtide.sink.apply.InvalidEventException;
import dev.ramtide.sink.apply.PageApplier;
import dev.ramtide.sink.state.ImageIdentity;
import dev.ramtide.wire.MalformedEventException;
import dev.ramtide.wire.UnreadRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a record to the pages of one image: decodes, and judges an event by the epoch that it
 * claims. The same for a sink that follows and for a restore.
 *
 * <p>One owner thread, the applier's.
 */
public final class EventIntake {
  private static final Logger LOG = LoggerFactory.getLogger(EventIntake.class);

  private final TopicPartition partition;
  private final VmFollow follow;
  private final EpochStarted layout;
  private final ImageIdentity identity;
  private final PageApplier applier;
  private final SequenceWatch watch = new SequenceWatch();

  /**
   * @param partition of the pages topic, for messages
   * @param layout an epoch with the image's layout
   */
  public EventIntake(
      TopicPartition partition, VmFollow follow, EpochStarted layout, PageApplier applier)
      throws IOException {
    this.partition = partition;
    this.follow = follow;
    this.layout = layout;
    this.identity = ImageIdentity.of(layout);
    this.applier = applier;
  }

  /**
   * The newest epoch that is known to have begun this layout with a keyframe: an image outlives the
   * epoch that it was opened for.
   */
  private long presentEpoch() {
    return follow
        .history()
        .newest()
        .map(newest -> newest.epoch().epoch())
        .filter(epoch -> follow.identityOf(epoch).equals(Optional.of(identity)))
        .map(epoch -> Math.max(epoch, layout.epoch()))
        .orElse(layout.epoch());
  }

  /**
   * Takes one record, or passes over one that is refused and that an operator named.
   *
   * @param bounded whether a manifest covers the record: then the start of its epoch must be known
   * @return false when the event must wait for the start of its epoch
   * @throws RefusedRecordException it cannot be right; nothing of it was written
   * @throws IOException also when a schema registry does not tell its schema; another try may
   *     succeed
   */
  public boolean take(PageRecord record, boolean bounded) throws IOException {
    RecordPlace place =
        new RecordPlace(partition.topic(), partition.partition(), record.recordOffset());
    try {
      boolean taken = apply(place, record.value(), bounded);
      if (taken) {
        follow.skipped().taken(place).ifPresent(told -> warn(place, told));
      }
      return taken;
    } catch (InvalidEventException | MalformedEventException | NotAuthenticException e) {
      warn(place, follow.skipped().passOver(place, e));
      return true;
    } catch (RegistryException e) {
      // Or the VM is given up for a while, and this record is asked for again.
      warn(place, UnreadRecords.passOver(follow.skipped(), place, e));
      return true;
    }
  }

  private static void warn(RecordPlace place, String told) {
    LOG.atWarn().addKeyValue("record", place).log(told);
  }

  private static void suspect(RecordPlace higher) {
    warn(
        higher,
        "this record has a higher sequence than one behind it, which no agent writes: if the digest of its"
            + " partition differs, somebody else wrote it");
  }

  private boolean apply(RecordPlace place, ByteBuffer value, boolean bounded) throws IOException {
    DirtyPages event = follow.codec().decodePages(value);
    long epoch = event.version().epoch();
    Optional<EpochStarted> started = follow.history().epoch(epoch);
    Optional<ImageIdentity> claimed = follow.identityOf(epoch);
    if (started.isPresent() && claimed.equals(Optional.of(identity))) {
      applier.apply(follow.keys().decrypted(event, started.get()));
      watch.saw(place, event.version()).ifPresent(EventIntake::suspect);
      return true;
    } else if (epoch < presentEpoch()) {
      return true; // Of an epoch that is over: the keyframe that began this layout has every
      // page, and is newer.
    } else if (bounded) {
      throw new InvalidEventException(
          "it claims epoch "
              + epoch
              + ", which "
              + (claimed.isPresent() ? "has another layout" : "nobody started")
              + ", before the end of a checkpoint");
    }
    return false;
  }
}
