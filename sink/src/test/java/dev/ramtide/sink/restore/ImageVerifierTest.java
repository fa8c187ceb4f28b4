package dev.ramtide.sink.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.integrity.PageHasher;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.image.MemoryFile;
import dev.ramtide.sink.seal.ImageComposer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of one block of so many pages and a small one of six; page 5 of each is zero. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ImageVerifierTest {
  private static final int PAGE = SmallGuest.PAGE;
  private static final int PAGES_AT_ONCE = PageReading.CHUNK_BYTES / PAGE;
  private static final byte[] DEVICE_STATE = deviceState();
  private static final int ZERO_PAGE = 5;

  private PageDigest digest = PageDigest.ZERO;
  private long dataPages;
  private MappedRamLayout layout = layoutOf(SmallGuest.epoch(1));

  /** One section of one device, and QEMU's end of the list. */
  private static byte[] deviceState() {
    ByteBuffer bytes = ByteBuffer.allocate(33);
    bytes.put((byte) 4).putInt(2).put((byte) 5).put("timer".getBytes()).putInt(0).putInt(2);
    return bytes.putLong(123).put((byte) 0x7e).putInt(2).put((byte) 0).array();
  }

  /** Counts what is read of the pages, takes its time for it, and fails where it is told to. */
  private static final class SlowFile implements PositionalBytes {
    private final PositionalBytes file;
    private final long badFileOffset;
    private final AtomicInteger reads = new AtomicInteger();
    private volatile boolean interrupted;

    private SlowFile(PositionalBytes file, long badFileOffset) {
      this.file = file;
      this.badFileOffset = badFileOffset;
    }

    @Override
    public void readFully(long fileOffset, ByteBuffer into) throws IOException {
      if (into.remaining() >= PAGE) {
        reads.incrementAndGet();
        sleep();
        if (fileOffset <= badFileOffset && badFileOffset < fileOffset + into.remaining()) {
          throw new IOException("a bad sector at " + badFileOffset);
        }
      }
      file.readFully(fileOffset, into);
    }

    private void sleep() {
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 127, 129, 193, 1001})
  void theProofIsTheSameHoweverManyThreadsShareTheReading(int mainPages) throws Exception {
    MemoryFile file = image(mainPages);
    ImageProof alone = proof(file, 1);
    assertThat(alone.digest()).isEqualTo(digest);
    assertThat(alone.dataPageCount()).isEqualTo(dataPages);
    assertThat(alone.pageCount()).isEqualTo(mainPages + 6);
    assertThat(alone.deviceStateBytes()).isEqualTo(DEVICE_STATE.length);
    for (int threads : new int[] {2, 3, 8}) {
      assertThat(proof(file, threads)).as(threads + " threads").isEqualTo(alone);
    }
    assertThat(new ImageVerifier(file, pages -> {}).verify()).isEqualTo(alone);
  }

  @Test
  void aChangedPageIsSeenWhereverItLies() throws Exception {
    int first = ZERO_PAGE + 1; // From here on a thread is dealt as many as it reads at once.
    int last = first + 3 * PAGES_AT_ONCE + 1;
    byte[] good = image(last + 1).content();
    for (int page :
        new int[] {
          0,
          first - 2,
          first,
          first + PAGES_AT_ONCE - 1,
          first + PAGES_AT_ONCE,
          first + 2 * PAGES_AT_ONCE,
          last - 1,
          last
        }) {
      byte[] bad = good.clone();
      int at = (int) layout.fileOffsetOfPage(0, page) + PAGE - 1;
      bad[at] ^= 1;
      ExpectedImage expected = new ExpectedImage(digest, Optional.empty());
      assertThat(expected.differenceOf(proof(file(good), 3))).isEmpty();
      assertThat(expected.differenceOf(proof(file(bad), 3)).orElse("it was not seen"))
          .as("page " + page)
          .contains("the digest of its pages is", "the checkpoint's is " + digest);
    }
  }

  @Test
  void pagesThatChangedPlacesDoNotCancelOut() throws Exception {
    MemoryFile file = image(4 * PAGES_AT_ONCE);
    int there = (int) layout.fileOffsetOfPage(0, 1);
    int elsewhere = (int) layout.fileOffsetOfPage(0, 3 * PAGES_AT_ONCE + 1);
    byte[] bytes = file.content();
    for (int i = 0; i < PAGE; i++) {
      byte kept = bytes[there + i];
      bytes[there + i] = bytes[elsewhere + i];
      bytes[elsewhere + i] = kept;
    }
    assertThat(proof(file(bytes), 4).digest()).isNotEqualTo(digest);
  }

  @Test
  void aPlaceThatCannotBeReadIsNamedAndTheOthersStop() throws Exception {
    MemoryFile file = image(40 * PAGES_AT_ONCE);
    long bad = layout.fileOffsetOfPage(0, 2 * PAGES_AT_ONCE + 3);
    SlowFile slow = new SlowFile(file, bad);
    assertThatThrownBy(() -> proof(slow, 3))
        .isInstanceOf(IOException.class)
        .hasMessage("a bad sector at " + bad);
    int reads = slow.reads.get();
    assertThat(reads).isLessThan(40);
    Thread.sleep(20);
    assertThat(slow.reads).as("nobody reads on").hasValue(reads);
  }

  @Test
  void itCanBeInterruptedAndThoseWhoReadAreNot() throws Exception {
    SlowFile slow = new SlowFile(image(60 * PAGES_AT_ONCE), -1);
    Thread verifying = Thread.currentThread();
    AtomicInteger told = new AtomicInteger();
    ImageVerifier verifier =
        new ImageVerifier(
            slow,
            pages -> {
              if (told.incrementAndGet() == 5) {
                verifying.interrupt();
              }
            },
            pieces -> 2);
    assertThatThrownBy(verifier::verify).isInstanceOf(InterruptedException.class);
    int reads = slow.reads.get();
    assertThat(reads).isLessThan(60);
    assertThat(slow.interrupted).isFalse();
    Thread.sleep(20);
    assertThat(slow.reads).as("nobody reads on").hasValue(reads);
  }

  @Test
  void whatIsDoneIsToldInOrder() throws Exception {
    List<Long> told = new ArrayList<>();
    new ImageVerifier(image(10 * PAGES_AT_ONCE), told::add, pieces -> 3).verify();
    assertThat(told).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(10);
    assertThat(told.get(told.size() - 1)).isEqualTo(10 * PAGES_AT_ONCE + 6);
  }

  private static ImageProof proof(PositionalBytes file, int threads) throws Exception {
    return new ImageVerifier(file, pages -> {}, pieces -> threads).verify();
  }

  private MemoryFile image(int mainPages) throws IOException {
    EpochStarted epoch = SmallGuest.epoch(1, mainPages);
    layout = layoutOf(epoch);
    MemoryFile file = new MemoryFile(new byte[0], Integer.MAX_VALUE);
    file.resize(layout.deviceStateFileOffset());
    List<PageBitmap> bitmaps = new ArrayList<>();
    for (int block = 0; block < 2; block++) {
      bitmaps.add(new PageBitmap(epoch.memory().pageCount(block)));
    }
    byte[] bytes = file.content();
    for (int block = 0; block < 2; block++) {
      for (int page = 0; page < epoch.memory().pageCount(block); page++) {
        if (page != ZERO_PAGE) {
          put(bytes, block, page);
          bitmaps.get(block).set(page);
        }
      }
    }
    MemoryFile filled = file(bytes);
    new ImageComposer(filled, layout).compose(bitmaps, ByteBuffer.wrap(DEVICE_STATE));
    return filled;
  }

  private void put(byte[] bytes, int block, int pageIndex) {
    byte[] page = new byte[PAGE];
    new Random(block * 100_000L + pageIndex).nextBytes(page);
    System.arraycopy(page, 0, bytes, (int) layout.fileOffsetOfPage(block, pageIndex), PAGE);
    PageHasher hasher = new PageHasher();
    hasher.hash(block, pageIndex, page, 0, PAGE);
    digest = digest.xor(new PageDigest(hasher.high(), hasher.low()));
    dataPages++;
  }

  private static MemoryFile file(byte[] bytes) {
    return new MemoryFile(bytes, Integer.MAX_VALUE);
  }

  private static MappedRamLayout layoutOf(EpochStarted epoch) {
    try {
      return new MappedRamLayout(StreamPreamble.parse(epoch.preamble()), epoch.memory());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
