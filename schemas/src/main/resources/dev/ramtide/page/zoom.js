// Which part of memory is looked at: all of it, or a window of one RAMBlock.

const FACTOR = 4;
/** Fewer pages are not worth a window. */
const LEAST_PAGES = 256;
/** Windows begin at a multiple of this, so that going in and out again shows the same cells. */
const ALIGNED = 64;

export class Zoom {
  #blocks;
  #window = null;

  /** @param blocks as the server tells of them */
  constructor(blocks) {
    this.#blocks = blocks;
  }

  isZoomed() {
    return this.#window !== null;
  }

  /** What is shown: a block, its first page and how many. */
  windows() {
    return this.#window === null ? this.#blocks.map(block => ({ block, from: 0, pages: block.pages })) : [this.#window];
  }

  /**
   * Goes in at a page, or out.
   *
   * @returns whether that changed anything
   */
  by(direction, focus) {
    const before = this.#window;
    if (direction === 0) {
      this.#window = null;
    } else if (direction > 0) {
      this.#in(focus);
    } else {
      this.#out(focus);
    }
    return this.#window !== before;
  }

  #in({ block: number, page }) {
    const block = this.#blocks.find(one => one.block === number);
    const least = Math.min(block.pages, LEAST_PAGES);
    if (this.#window !== null && this.#window.pages <= least) {
      return;
    }
    const shown = this.#window?.pages ?? block.pages * (this.#fills(block) ? 1 : FACTOR);
    this.#around(block, Math.max(least, Math.ceil(shown / FACTOR)), page);
  }

  #out({ page }) {
    if (this.#window === null) {
      return;
    }
    const { block, pages } = this.#window;
    const wider = pages * FACTOR;
    if (pages >= block.pages || (wider >= block.pages && this.#fills(block))) {
      this.#window = null;
    } else {
      this.#around(block, Math.min(block.pages, wider), page);
    }
  }

  /** A block that is most of memory looks alone as it looks among the others: no step of its own. */
  #fills(block) {
    return block.pages * 2 > this.#blocks.reduce((sum, one) => sum + one.pages, 0);
  }

  #around(block, pages, page) {
    const middle = Math.floor((page - pages / 2) / ALIGNED) * ALIGNED;
    const from = Math.max(0, Math.min(middle, block.pages - pages));
    this.#window = { block, from, pages };
  }

  /**
   * Moves the window by half of itself.
   *
   * @returns whether there was anything to move to
   */
  shift(direction) {
    if (this.#window === null) {
      return false;
    }
    const { block, from, pages } = this.#window;
    const to = Math.max(0, Math.min(block.pages - pages, from + direction * Math.ceil(pages / 2)));
    this.#window = { block, from: to, pages };
    return to !== from;
  }
}
