package dev.ramtide.producer.memory;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.producer.procfs.PagemapEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Asks the kernel, by the soft-dirty bits of QEMU's pages. Trustworthy only where {@code
 * SoftDirtyConditions} hold.
 *
 * <p>Beside the bit a page is marked that is nowhere in memory, that became the kernel's page of
 * zeros since the last look, or (where frame numbers are shown, that is with CAP_SYS_ADMIN) that
 * lies in another frame. So memory that a balloon gave back is found, though the kernel does not
 * mark it. A look costs 4 bytes a page, and two are kept: 8 bytes for each page of 4096.
 *
 * <p>The look of {@link #marked} counts as the one at the {@link #clear} that follows: a caller who
 * reads everything while the guest stands asks for the marks too, though it needs none, so that the
 * next ones are fewer.
 */
public final class SoftDirtyTracker implements PageTracker {
  /** Pages whose entries are read at once: 64 KiB of pagemap. A multiple of 64, for the marks. */
  static final int PIECE_PAGES = 8192;

  private final GuestRam ram;
  private final Crew crew;
  private final Discards discards;
  private int[][] atClear;
  private int[][] latest;
  private boolean looked;

  /** Whether there was a look at the last clear. */
  private boolean comparable;

  private final ByteBuffer[] entries;

  /** For a guest of which nobody knows whether it gives memory back. */
  public SoftDirtyTracker(GuestRam ram, Crew crew) {
    this(ram, crew, Discards.POSSIBLE);
  }

  /**
   * @param ram its files must have been claimed: {@code ProcessFiles.claimSoftDirty}
   * @param crew reads the pagemap; stays with the caller
   * @param discards if {@link Discards#POSSIBLE}, the first look after a clear without a look
   *     before (a pass over all memory while the guest runs) marks every page of zeros: much to
   *     read while a guest stands that has not touched most of its memory
   */
  public SoftDirtyTracker(GuestRam ram, Crew crew, Discards discards) {
    this.ram = ram;
    this.crew = crew;
    this.discards = discards;
    this.atClear = looks(ram.memory());
    this.latest = looks(ram.memory());
    this.entries = new ByteBuffer[2 * crew.threads()];
    for (int slot = 0; slot < entries.length; slot++) {
      entries[slot] =
          ByteBuffer.allocateDirect(PIECE_PAGES * PagemapEntry.BYTES)
              .order(ByteOrder.nativeOrder());
    }
  }

  @Override
  public void clear() throws IOException {
    ram.files().clearSoftDirty();
    int[][] freed = atClear;
    atClear = latest;
    latest = freed;
    comparable = looked;
    looked = false;
  }

  @Override
  public PageMarks marked() throws IOException {
    Looking job = new Looking();
    crew.run(entries.length, job);
    looked = true;
    return job.marks;
  }

  private static int[][] looks(GuestMemoryMap memory) {
    int[][] looks = new int[memory.blockCount()][];
    for (int block = 0; block < looks.length; block++) {
      looks[block] = new int[Math.toIntExact(memory.pageCount(block))];
    }
    return looks;
  }

  private final class Looking implements Crew.Job {
    private final PageMarks marks = PageMarks.none(ram.memory());
    private final int[] blocks = new int[entries.length];
    private final int[] firstPages = new int[entries.length];
    private int nextBlock;
    private int nextPage;

    @Override
    public boolean plan(int slot) {
      if (nextBlock < latest.length && nextPage >= latest[nextBlock].length) {
        nextBlock++;
        nextPage = 0;
      }
      if (nextBlock == latest.length) {
        return false;
      }
      blocks[slot] = nextBlock;
      firstPages[slot] = nextPage;
      nextPage = (int) Math.min(latest[nextBlock].length, (long) nextPage + PIECE_PAGES);
      return true;
    }

    @Override
    public void fill(int slot) throws IOException {
      int block = blocks[slot];
      int first = firstPages[slot];
      int count = Math.min(PIECE_PAGES, latest[block].length - first);
      ByteBuffer piece = entries[slot].clear().limit(count * PagemapEntry.BYTES);
      ram.files().readPagemap(ram.addressOf(block, first) / PagemapEntry.PAGE_BYTES, piece);
      for (int page = 0; page < count; page++) {
        long entry = piece.getLong(page * PagemapEntry.BYTES);
        int before = comparable ? atClear[block][first + page] : PageLook.NONE;
        if (PageLook.mayHaveChanged(entry, before, discards)) {
          marks.mark(block, first + page);
        }
        latest[block][first + page] = PageLook.of(entry);
      }
    }

    @Override
    public void take(int slot) {}
  }
}
