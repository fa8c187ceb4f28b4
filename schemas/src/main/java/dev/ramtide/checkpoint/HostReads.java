package dev.ramtide.checkpoint;

/**
 * What a capture read of QEMU's memory through its host, in pages.
 *
 * @param marked read while the guest stood, because they might have changed since the last
 *     checkpoint; what of them is not published had not
 * @param firstPass read before that, while the guest ran: all of them, when nothing was known
 * @param audited read once more when the guest ran again, not marked since the pause, and found to
 *     be as they were published
 */
public record HostReads(long marked, long firstPass, long audited) {
  public HostReads {
    if (marked < 0 || firstPass < 0 || audited < 0) {
      throw new IllegalArgumentException(
          marked + " pages marked, " + firstPass + " in a first pass, " + audited + " audited");
    }
  }
}
