package dev.ramtide.producer.dirty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.guest.Striping;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.integrity.PageHasher;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A guest that changes at random, captured again and again: what is in the log, replayed, is always
 * the guest. Pages come in any order, some several times with contents of their past, as in
 * precopy.
 */
class CapturesReplayedTest {
  private static final long SEED = Long.getLong("ramtide.seed", System.nanoTime());
  private static final int PAGE = 1024;

  private final Random random = new Random(SEED);
  private final GuestMemoryMap memory =
      new GuestMemoryMap(
          PAGE,
          List.of(
              new RamBlock("pc.ram", 101 * PAGE),
              new RamBlock("rom", PAGE),
              new RamBlock("vga", 64 * PAGE)));
  private final byte[][] guest = blocks();

  @Test
  void theLogIsAlwaysTheGuest() throws IOException {
    System.out.println("CapturesReplayedTest: -Dramtide.seed=" + SEED);
    for (int run = 0; run < 20; run++) {
      Striping striping = new Striping(memory, 1 + random.nextInt(40), 1 + random.nextInt(5));
      captureAgainAndAgain(striping, (1 + random.nextInt(20)) * PAGE);
    }
  }

  private void captureAgainAndAgain(Striping striping, int payloadBytes) throws IOException {
    RecordedEvents log = new RecordedEvents(striping);
    ChangeFilter filter =
        new ChangeFilter(
            striping,
            new RangeAssembler(striping, 3, payloadBytes, log),
            ChangeFilter.hashMemory());
    byte[][] replayed = blocks();
    for (int checkpoint = 1; checkpoint < 12; checkpoint++) {
      boolean keyframe = checkpoint == 1 || random.nextInt(4) == 0;
      int eventsBefore = log.events().size();
      filter.begin(checkpoint, keyframe, Coverage.WHOLE);
      deliver(filter);
      PageCounts counts = filter.end();
      assertThat(counts.scanned()).isEqualTo(counts.unchanged() + counts.published());
      log.replayInto(replayed, eventsBefore);
      assertThat(replayed).isDeepEqualTo(guest);
      assertThat(filter.digests()).isEqualTo(digestsOf(striping));
      if (keyframe) {
        byte[][] fromNothing = blocks();
        random.nextBytes(fromNothing[0]);
        log.replayInto(fromNothing, eventsBefore);
        assertThat(fromNothing).isDeepEqualTo(guest);
      }
    }
  }

  /**
   * Pages as precopy sends them: now as they are, later again, and in the end every page as it is
   * in the end.
   */
  private void deliver(ChangeFilter filter) throws IOException {
    for (int block = 0; block < memory.blockCount(); block++) {
      int pages = (int) memory.pageCount(block);
      for (int i = 0; i < pages; i++) {
        int page = random.nextInt(pages);
        deliver(filter, block, page);
        change(block, page);
      }
    }
    for (int block = 0; block < memory.blockCount(); block++) {
      List<Integer> pages = new ArrayList<>();
      for (int page = 0; page < memory.pageCount(block); page++) {
        pages.add(page);
      }
      Collections.shuffle(pages, random);
      for (int page : pages) {
        deliver(filter, block, page);
      }
    }
  }

  private void deliver(ChangeFilter filter, int block, int page) throws IOException {
    if (isZero(block, page) && random.nextBoolean()) {
      filter.zeroPages(block, page, 1);
    } else {
      filter.page(block, page, guest[block], page * PAGE);
    }
  }

  private void change(int block, int page) {
    int at = page * PAGE + random.nextInt(PAGE);
    switch (random.nextInt(4)) {
      case 0 -> Arrays.fill(guest[block], page * PAGE, (page + 1) * PAGE, (byte) 0);
      case 1 -> guest[block][at] ^= (byte) (1 + random.nextInt(255));
      case 2 -> guest[block][at] = 0;
      default -> {}
    }
  }

  private boolean isZero(int block, int page) {
    for (int at = page * PAGE; at < (page + 1) * PAGE; at++) {
      if (guest[block][at] != 0) {
        return false;
      }
    }
    return true;
  }

  private List<PageDigest> digestsOf(Striping striping) {
    PageHasher hasher = new PageHasher();
    List<PageDigest> digests = new ArrayList<>();
    for (int partition = 0; partition < striping.partitionCount(); partition++) {
      digests.add(PageDigest.ZERO);
    }
    for (int block = 0; block < memory.blockCount(); block++) {
      for (int page = 0; page < memory.pageCount(block); page++) {
        hasher.hash(block, page, guest[block], page * PAGE, PAGE);
        int partition = striping.partitionOf(block, page);
        digests.set(
            partition, digests.get(partition).xor(new PageDigest(hasher.high(), hasher.low())));
      }
    }
    return digests;
  }

  private byte[][] blocks() {
    byte[][] blocks = new byte[memory.blockCount()][];
    for (int block = 0; block < blocks.length; block++) {
      blocks[block] = new byte[(int) memory.block(block).usedLength()];
    }
    return blocks;
  }
}
