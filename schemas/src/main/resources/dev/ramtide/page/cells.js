// What the map of memory is made of: how pages are put into cells, and how old a cell is. No drawing here.

/** Ages in checkpoints at which the colours change; what is older than the last has the colour after it. */
const AGE_STEPS = [0, 1, 3, 7, 15, 31];

/** Colours of a cell, by number; the names are custom properties of the style sheet. */
export const NEWEST = 0;
export const EARLIER = AGE_STEPS.length + 1;
export const ZERO = EARLIER + 1;
export const NEVER = ZERO + 1;
export const KINDS = ['--age-0', '--age-1', '--age-2', '--age-3', '--age-4', '--age-5', '--age-6', '--age-7', '--zero', '--never'];

/** More than this the server does not give at once. */
export const MOST_CELLS = 32_768;

/** Pages of a cell, a power of two, such that all fit into so many cells. */
export function pagesPerCell(pages, cells) {
  let each = 1;
  while (Math.ceil(pages / each) > cells) {
    each *= 2;
  }
  return each;
}

/** Tells how many checkpoints ago a number was. */
export class Ages {
  #rank = new Map();
  #marks;

  /** @param marks of the server, the oldest first */
  constructor(marks) {
    this.#marks = marks;
    marks.forEach((mark, index) => this.#rank.set(mark.checkpoint, marks.length - 1 - index));
  }

  newest() {
    return this.#marks.at(-1)?.checkpoint ?? null;
  }

  /** The colour of a checkpoint's number; -1 is earlier than all that are known, 0 never. */
  kindOf(checkpoint) {
    if (checkpoint === 0) {
      return NEVER;
    }
    if (checkpoint < 0) {
      return EARLIER;
    }
    if (!this.#rank.has(checkpoint)) { // a number that has no mark of its own
      this.#rank.set(checkpoint, this.#marks.filter(mark => mark.checkpoint > checkpoint).length);
    }
    const age = this.#rank.get(checkpoint);
    const step = AGE_STEPS.findIndex(most => age <= most);
    return step < 0 ? AGE_STEPS.length : step;
  }

  /** What each colour of an age means now: "#9 – #10"; empty where there is no such checkpoint. */
  words() {
    let from = 0;
    const words = [...AGE_STEPS, Infinity].map(to => {
      const some = this.#marks.slice(Math.max(0, this.#marks.length - 1 - to), Math.max(0, this.#marks.length - from));
      from = to + 1;
      if (some.length === 0) {
        return '';
      }
      const [first, last] = [some[0].checkpoint, some.at(-1).checkpoint];
      return first === last ? `#${last}` : `#${first} – #${last}`;
    });
    return [...words, this.#earlier(), 'all zero', 'never written'];
  }

  /** Nothing is earlier than the first checkpoint of all. */
  #earlier() {
    const [first] = this.#marks;
    if (first === undefined) {
      return 'written';
    }
    return first.checkpoint === 1 ? '' : `before #${first.checkpoint}`;
  }
}

/** Pages of one RAMBlock as cells, as the server gave them. */
export class Band {
  /** @param answer of the server; its columns are kept as they are, a band may have 32,768 cells */
  constructor(block, answer) {
    this.block = block;
    this.from = answer.from;
    this.pages = answer.pages;
    this.each = answer.pagesPerCell;
    this.columns = answer.cells;
    this.length = answer.cells.zero.length;
  }

  firstPage(cell) {
    return this.from + cell * this.each;
  }

  /** The last cell may have fewer. */
  pagesOf(cell) {
    return Math.min(this.each, this.from + this.pages - this.firstPage(cell));
  }

  cellOf(page) {
    return Math.floor((page - this.from) / this.each);
  }

  holds(block, page) {
    return block === this.block.block && page >= this.from && page < this.from + this.pages;
  }

  kind(cell, ages) {
    if (this.columns.checkpoint[cell] === 0) {
      return NEVER;
    }
    return this.columns.zero[cell] === this.pagesOf(cell) ? ZERO : ages.kindOf(this.columns.checkpoint[cell]);
  }
}
