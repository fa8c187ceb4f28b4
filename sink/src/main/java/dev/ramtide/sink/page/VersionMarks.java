package dev.ramtide.sink.page;

import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * Which checkpoint a version belongs to, as far back as manifests say where their sequences end.
 *
 * @param marks oldest first; where one has no checkpoint, that of its versions is not known
 */
record VersionMarks(List<Mark> marks) {
  /** Of a version that is older than the first mark, or in a gap between them. */
  static final long EARLIER = -1;

  /**
   * Where the events of a checkpoint begin.
   *
   * @param first version that an event of it may have
   */
  record Mark(long checkpoint, PageVersion first) {}

  VersionMarks {
    marks = List.copyOf(marks);
  }

  /**
   * @param checkpoints oldest first
   */
  static VersionMarks of(List<RecordedCheckpoint> checkpoints) {
    List<Mark> marks = new ArrayList<>();
    PageVersion end = new PageVersion(0, 0);
    boolean endIsKnown = false;
    for (RecordedCheckpoint recorded : checkpoints) {
      long epoch = recorded.manifest().epoch();
      if (recorded.manifest().endSequence().isEmpty()) {
        if (endIsKnown) {
          marks.add(new Mark(EARLIER, end)); // Of what follows nobody knows whose it is.
        }
        endIsKnown = false;
        continue;
      }
      if (endIsKnown && end.epoch() == epoch) {
        marks.add(new Mark(recorded.number(), end));
      } else if (recorded.manifest().keyframe()) {
        // The first of its epoch, or one whose predecessors are gone: it has every page, so none is
        // older than it in its epoch.
        marks.add(new Mark(recorded.number(), new PageVersion(epoch, 0)));
      }
      end = new PageVersion(epoch, recorded.manifest().endSequence().getAsLong());
      endIsKnown = true;
    }
    return new VersionMarks(marks);
  }

  /** Those that name a checkpoint. */
  List<Mark> known() {
    return marks.stream().filter(mark -> mark.checkpoint() != EARLIER).toList();
  }

  /**
   * Of pages whose entries are zero. The first event of a topic's first epoch has version (0, 0),
   * so where its keyframe is still known they are zero pages of that, else they were never written.
   *
   * @return 0 when they were never written
   */
  long checkpointOfZeros() {
    boolean hasFirst = !marks.isEmpty() && marks.get(0).first().equals(new PageVersion(0, 0));
    return hasFirst ? marks.get(0).checkpoint() : 0;
  }

  /** The checkpoint that an event of that version was made for, or {@link #EARLIER}. */
  long checkpointOf(PageVersion version) {
    int low = 0;
    int high = marks.size();
    while (low < high) {
      int middle = (low + high) / 2;
      if (version.isOlderThan(marks.get(middle).first())) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == 0 ? EARLIER : marks.get(low - 1).checkpoint();
  }
}
