package dev.ramtide.producer.dirty;

import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import java.util.Arrays;

/**
 * Pages of one stripe on their way into an event. They come in any order and leave in ascending
 * order.
 *
 * <pre>
 *   slotOf:  page of the stripe -> ABSENT | ZERO | number of the page in the payload
 *   payload: pages in the order in which they came
 * </pre>
 */
final class OpenStripe {
  private static final int ABSENT = -1;
  private static final int ZERO = -2;
  private static final int FIRST_CAPACITY_PAGES = 8;

  private final int pageBytes;
  private final int maxPages;
  private final int[] slotOf;
  private byte[] payload = new byte[0];
  private long stripe = -1;
  private int block;
  private long firstPage;
  private int pages;
  private boolean ascending;
  private int lastWithBytes;
  private int first;
  private int last;

  /**
   * @param maxPages pages with bytes that an event may hold
   */
  OpenStripe(int stripePages, int pageBytes, int maxPages) {
    this.pageBytes = pageBytes;
    this.maxPages = maxPages;
    this.slotOf = new int[stripePages];
    clear();
  }

  /** Begins to gather pages of another stripe, or anew of the same. */
  void reset(long stripe, int block, long firstPage) {
    this.stripe = stripe;
    this.block = block;
    this.firstPage = firstPage;
    clear();
  }

  void clear() {
    Arrays.fill(slotOf, ABSENT);
    pages = 0;
    ascending = true;
    lastWithBytes = ABSENT;
    first = slotOf.length;
    last = -1;
  }

  long stripe() {
    return stripe;
  }

  int block() {
    return block;
  }

  boolean isFull() {
    return pages == maxPages;
  }

  boolean holds(int place) {
    return slotOf[place] != ABSENT;
  }

  void addZero(int place) {
    mark(place, ZERO);
  }

  void add(int place, byte[] buffer, int at) {
    int end = (pages + 1) * pageBytes;
    if (end > payload.length) {
      int capacityPages = Math.min(maxPages, Math.max(FIRST_CAPACITY_PAGES, 2 * pages));
      payload = Arrays.copyOf(payload, capacityPages * pageBytes);
    }
    System.arraycopy(buffer, at, payload, pages * pageBytes, pageBytes);
    ascending &= place > lastWithBytes;
    lastWithBytes = place;
    mark(place, pages);
    pages++;
  }

  private void mark(int place, int slot) {
    slotOf[place] = slot;
    first = Math.min(first, place);
    last = Math.max(last, place);
  }

  /** The first place at or after {@code from} that holds a page, or -1. */
  int next(int from) {
    for (int place = Math.max(from, first); place <= last; place++) {
      if (slotOf[place] != ABSENT) {
        return place;
      }
    }
    return -1;
  }

  /** The longest range of one kind that begins at a place that holds a page. */
  PageRange rangeAt(int place) {
    boolean zero = slotOf[place] == ZERO;
    int end = place + 1;
    while (end <= last && slotOf[end] != ABSENT && (slotOf[end] == ZERO) == zero) {
      end++;
    }
    return new PageRange(firstPage + place, end - place, zero ? PageKind.ZERO : PageKind.DATA);
  }

  /**
   * The bytes of all pages that have some, in ascending order.
   *
   * @param spare as long as a payload may be; used when the pages came in another order
   * @return the payload itself or {@code spare}, valid until the next page is added
   */
  byte[] ascendingBytes(byte[] spare) {
    if (ascending) {
      return payload;
    }
    int at = 0;
    for (int place = first; place <= last; place++) {
      if (slotOf[place] >= 0) {
        System.arraycopy(payload, slotOf[place] * pageBytes, spare, at, pageBytes);
        at += pageBytes;
      }
    }
    return spare;
  }
}
