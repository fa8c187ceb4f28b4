package dev.ramtide.qemustream;

/**
 * The low bits of the be64 word that starts each record of a RAM section; the rest of the word, a
 * multiple of the page size, is an address inside the block or a size.
 *
 * <pre>
 *   word | [str8 block name, unless CONTINUE] | PAGE: the page   ZERO: one byte 00
 * </pre>
 */
public final class RamFlags {
  public static final int FULL = 0x001;
  public static final int ZERO = 0x002;
  public static final int MEM_SIZE = 0x004;
  public static final int PAGE = 0x008;
  public static final int EOS = 0x010;

  /** The block is that of the record before, also across sections; no name follows. */
  public static final int CONTINUE = 0x020;

  public static final int XBZRLE = 0x040;
  public static final int HOOK = 0x080;
  public static final int COMPRESS_PAGE = 0x100;
  public static final int MULTIFD_FLUSH = 0x200;

  private RamFlags() {}
}
