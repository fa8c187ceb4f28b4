package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.sink.apply.InvalidEventException;
import dev.ramtide.sink.apply.PageApplier;
import dev.ramtide.sink.state.ImageIdentity;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.MalformedEventException;
import java.io.IOException;
import java.util.Optional;

/**
 * From a record to the pages of one image: decodes, and judges an event by the epoch that it
 * claims. The same for a sink that follows and for a restore.
 *
 * <p>One owner thread, the applier's.
 */
public final class EventIntake {
  private final EventCodec codec = new EventCodec();
  private final String place;
  private final VmFollow follow;
  private final EpochStarted layout;
  private final ImageIdentity identity;
  private final PageApplier applier;

  /**
   * @param place topic and partition, for messages
   * @param layout an epoch with the image's layout
   */
  public EventIntake(String place, VmFollow follow, EpochStarted layout, PageApplier applier)
      throws IOException {
    this.place = place;
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
   * Takes one record.
   *
   * @param bounded whether a manifest covers the record: then the start of its epoch must be known
   * @return false when the event must wait for the start of its epoch
   * @throws IOException it cannot be right; the message names the place, nothing of it was written
   */
  public boolean take(PageRecord record, boolean bounded) throws IOException {
    try {
      DirtyPages event = codec.decodePages(record.value());
      long epoch = event.version().epoch();
      Optional<ImageIdentity> claimed = follow.identityOf(epoch);
      if (claimed.isPresent() && claimed.get().equals(identity)) {
        applier.apply(event);
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
    } catch (InvalidEventException | MalformedEventException e) {
      throw new IOException(
          place
              + ", record offset "
              + record.recordOffset()
              + ": "
              + e.getMessage()
              + ". The partition stops here; nothing was skipped, checkpoints sealed so far stay",
          e);
    }
  }
}
