package dev.ramtide.checkpoint;

/**
 * What became of the pages of a capture. A page that came several times is counted each time.
 *
 * @param scanned pages that the source delivered: zero pages and pages with bytes
 * @param zero of these, all-zero pages
 * @param unchanged of these, pages equal to what the log already has: not sent
 * @param published of these, pages sent, zero pages included: {@code scanned - unchanged}
 * @param publishedBytes page bytes sent, zero pages having none
 */
public record PageCounts(
    long scanned, long zero, long unchanged, long published, long publishedBytes) {}
