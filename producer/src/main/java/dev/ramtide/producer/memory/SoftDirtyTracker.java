package dev.ramtide.producer.memory;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.producer.offheap.Chunks;
import dev.ramtide.producer.procfs.PagemapEntry;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Asks the kernel, by the soft-dirty bits of QEMU's pages. Trustworthy only where {@code
 * SoftDirtyConditions} hold.
 *
 * <p>Beside the bit a page is marked that is nowhere in memory, that became the kernel's page of
 * zeros since the last look, or (where frame numbers are shown, that is with CAP_SYS_ADMIN) that
 * lies in another frame. So memory that a balloon gave back is found, though the kernel does not
 * mark it. A look costs 4 bytes a page, and two are kept, outside the heap.
 *
 * <p>The look of {@link #marked} counts as the one at the {@link #clear} that follows: a caller who
 * reads everything while the guest stands asks for the marks too, though it needs none, so that the
 * next ones are fewer.
 */
public final class SoftDirtyTracker implements PageTracker {
  /** Outside the heap. */
  public static final int BYTES_PER_PAGE = 2 * Integer.BYTES;

  /** Pages whose entries are read at once: 64 KiB of pagemap. A multiple of 64, for the marks. */
  static final int PIECE_PAGES = 8192;

  static final int CHUNK_BYTES = PIECE_PAGES * PagemapEntry.BYTES;

  private final GuestRam ram;
  private final Crew crew;
  private final Discards discards;
  private final Chunks memory;
  private Looks atClear;
  private Looks latest;
  private boolean looked;

  /** Whether there was a look at the last clear. */
  private boolean comparable;

  private final ByteBuffer[] entries;

  /**
   * @param ram its files must have been claimed: {@code ProcessFiles.claimSoftDirty}
   * @param crew reads the pagemap; stays with the caller
   * @param discards if {@link Discards#POSSIBLE}, the first look after a clear without a look
   *     before (a pass over all memory while the guest runs) marks every page of zeros: much to
   *     read while a guest stands that has not touched most of its memory
   * @param lookMemory from {@link #lookMemory()}; what is taken of it is given back by {@link
   *     #close}
   * @throws IOException there is not enough of it
   */
  public SoftDirtyTracker(GuestRam ram, Crew crew, Discards discards, Chunks lookMemory)
      throws IOException {
    this.ram = ram;
    this.crew = crew;
    this.discards = discards;
    this.memory = lookMemory;
    this.atClear = new Looks(ram.memory(), lookMemory);
    this.latest = new Looks(ram.memory(), lookMemory);
    this.entries = new ByteBuffer[2 * crew.threads()];
    for (int slot = 0; slot < entries.length; slot++) {
      entries[slot] = lookMemory.take();
    }
  }

  /** Memory for what was seen of one guest after the other. */
  public static Chunks lookMemory() {
    return new Chunks(CHUNK_BYTES);
  }

  @Override
  public void clear() throws IOException {
    ram.files().clearSoftDirty();
    Looks freed = atClear;
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

  @Override
  public void close() {
    atClear.close();
    latest.close();
    for (ByteBuffer piece : entries) {
      memory.giveBack(piece);
    }
  }

  private final class Looking implements Crew.Job {
    private final PageMarks marks = PageMarks.none(ram.memory());
    private final int[] blocks = new int[entries.length];
    private final long[] firstPages = new long[entries.length];
    private int nextBlock;
    private long nextPage;

    @Override
    public boolean plan(int slot) {
      GuestMemoryMap memory = ram.memory();
      if (nextBlock < memory.blockCount() && nextPage >= memory.pageCount(nextBlock)) {
        nextBlock++;
        nextPage = 0;
      }
      if (nextBlock == memory.blockCount()) {
        return false;
      }
      blocks[slot] = nextBlock;
      firstPages[slot] = nextPage;
      nextPage = Math.min(memory.pageCount(nextBlock), nextPage + PIECE_PAGES);
      return true;
    }

    @Override
    public void fill(int slot) throws IOException {
      int block = blocks[slot];
      long first = firstPages[slot];
      int count = (int) Math.min(PIECE_PAGES, ram.memory().pageCount(block) - first);
      ByteBuffer piece = entries[slot].clear().limit(count * PagemapEntry.BYTES);
      ram.files().readPagemap(ram.addressOf(block, first) / PagemapEntry.PAGE_BYTES, piece);
      for (int page = 0; page < count; page++) {
        long entry = piece.getLong(page * PagemapEntry.BYTES);
        int before = comparable ? atClear.get(block, first + page) : PageLook.NONE;
        if (PageLook.mayHaveChanged(entry, before, discards)) {
          marks.mark(block, first + page);
        }
        latest.set(block, first + page, PageLook.of(entry));
      }
    }

    @Override
    public void take(int slot) {}
  }
}
