package dev.ramtide.producer.memory;

import java.io.IOException;
import java.util.List;

/**
 * Pages changed without a mark: what was published since the last keyframe may be wrong, and only a
 * keyframe by other means helps. An operator must know.
 */
public final class UnmarkedChangesException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient List<Difference> first;
  private final long differingPages;

  /**
   * A page that is not what was published.
   *
   * @param blockName the RAMBlock
   * @param pageIndex page inside the block
   */
  public record Difference(String blockName, long pageIndex) {
    @Override
    public String toString() {
      return blockName + " page " + pageIndex;
    }
  }

  UnmarkedChangesException(List<Difference> first, long differingPages) {
    super(
        differingPages
            + " pages changed without a mark: "
            + first
            + (differingPages > first.size()
                ? " and " + (differingPages - first.size()) + " more"
                : ""));
    this.first = List.copyOf(first);
    this.differingPages = differingPages;
  }

  /** The first of them in order of blocks and pages; at most {@link Audit#MAX_LISTED}. */
  public List<Difference> first() {
    return first;
  }

  /** All of them. */
  public long differingPages() {
    return differingPages;
  }
}
