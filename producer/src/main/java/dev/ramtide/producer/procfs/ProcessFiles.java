package dev.ramtide.producer.procfs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The files of {@code /proc/PID}. {@link #readMemory} and {@link #readPagemap} may be called from
 * several threads at once; the rest has one owner thread. A thread that calls must not be
 * interrupted: an interrupt closes the channels for all.
 *
 * <p>Every method throws {@link UnsuitableHostException} where a right is missing, and a plain
 * {@link IOException} when the process is gone. What was opened stays with the process it was
 * opened of: after QEMU was restarted, reads fail instead of showing another's memory, even under
 * the same PID.
 */
public interface ProcessFiles extends Closeable {
  long pid();

  /**
   * A text file, read to its end.
   *
   * @param name inside {@code /proc/PID}: {@code stat}, {@code status}, {@code smaps}
   * @throws IOException also if it is longer than any such file is
   */
  String text(String name) throws IOException;

  /**
   * Where a symbolic link leads, as the kernel words it.
   *
   * @param name inside {@code /proc/PID}: {@code exe}, {@code cwd}, {@code ns/mnt}
   */
  String link(String name) throws IOException;

  /** What its file descriptors lead to, as in {@code socket:[123]}; some may be closed by now. */
  List<String> openFiles() throws IOException;

  /**
   * Reads the memory of the process.
   *
   * @param address host virtual, as the process sees it
   * @param into filled from its position to its limit; belongs to the caller
   * @throws IOException if not every byte could be read (a hole in the mapping, the process is
   *     gone): what {@code into} then holds is worth nothing
   */
  void readMemory(long address, ByteBuffer into) throws IOException;

  /**
   * Reads entries of the pagemap, see {@link PagemapEntry}.
   *
   * @param firstPage host virtual address divided by {@link PagemapEntry#PAGE_BYTES}
   * @param into filled from its position to its limit with 8 bytes for each page, in the host's
   *     byte order; a multiple of 8
   * @throws IOException if not every entry could be read
   */
  void readPagemap(long firstPage, ByteBuffer into) throws IOException;

  /**
   * Makes us the only Ramtide agent that uses the soft-dirty bits of this process, until {@link
   * #close} or our death, however it comes. Two that clear would each lose what the other cleared.
   *
   * <p>Only agents know this claim: a foreign user of {@code clear_refs} (CRIU, a memory profiler)
   * neither sees it nor can be seen, and makes the bits lie. Only an audit finds that out.
   *
   * @throws UnsuitableHostException if another agent holds it
   */
  void claimSoftDirty() throws IOException;

  /**
   * Takes the soft-dirty mark from every page of the process. A write that races with it may go
   * unmarked: the process must stand still, or everything must be read afterwards.
   *
   * @throws IllegalStateException if {@link #claimSoftDirty} was not called
   */
  void clearSoftDirty() throws IOException;
}
