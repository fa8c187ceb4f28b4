// Where each cell of the map lies, in pixels of the canvas, and the painting of them.

import { KINDS } from './cells.js';
import { bytes } from './words.js';

/** Names stand beside the cells where there is room, else above them. */
const WIDE = 620;
const GUTTER = 124;
const LABEL = 20;
const GAP = 6;
/** A cell that is smaller can be neither seen nor pointed at. */
const SMALLEST = 4;
const TALLEST = 24;
/** Rows of the smallest cells. 128 of 128 are memory of a usual size; the rest is for the small blocks. */
const ROWS = 136;
/** A block of a single row is drawn as high as its name. */
const LEAST_HEIGHT = 14;

/**
 * The raster of a canvas of some width: how large a cell is, and how many stand in a row. That is a power of two, as
 * the pages of a cell are, so that every row begins at a round address.
 */
export class Raster {
  /**
   * @param width of the canvas in CSS pixels
   * @param scale device pixels of one of these; cells begin at whole device pixels, else they blur
   */
  constructor(width, scale) {
    this.scale = scale;
    this.width = Math.floor(width * scale);
    this.wide = width >= WIDE;
    this.gutter = this.wide ? Math.round(GUTTER * scale) : 0;
    this.most = 1;
    while (this.most * 2 * SMALLEST * scale <= this.width - this.gutter) {
      this.most *= 2;
    }
    this.columns = this.most;
  }

  /** How many of the smallest cells there is room for. */
  cells() {
    return this.most * ROWS;
  }

  /** Takes the largest cells with which so many have room. */
  fit(cells) {
    const room = ROWS * SMALLEST * this.scale;
    this.columns = Math.min(16, this.most);
    while (this.columns < this.most && Math.ceil(cells / this.columns) * this.height() > room) {
      this.columns *= 2;
    }
  }

  /** Of a row. */
  height() {
    const width = (this.width - this.gutter) / this.columns / this.scale;
    return Math.round(Math.min(TALLEST, Math.max(SMALLEST, Math.floor(width * 0.75))) * this.scale);
  }

  /** Where a column begins; they fill the width, so that one may be a pixel wider than another. */
  left(column) {
    return this.gutter + Math.round((column * (this.width - this.gutter)) / this.columns);
  }

  columnAt(x) {
    const column = Math.floor(((x - this.gutter) * this.columns) / (this.width - this.gutter));
    return column >= 0 && column < this.columns ? column : null;
  }
}

/** Bands one below another. */
export class Grid {
  constructor(bands, raster, zoomed) {
    this.bands = bands;
    this.raster = raster;
    this.zoomed = zoomed;
    const { columns, scale, wide } = raster;
    const height = raster.height();
    let y = 0;
    this.places = bands.map(band => {
      const rows = Math.max(1, Math.ceil(band.length / columns));
      const rowHeight = rows === 1 ? Math.max(height, Math.round(LEAST_HEIGHT * scale)) : height;
      const top = y + (wide ? 0 : LABEL * scale);
      y = top + Math.max(rows * rowHeight, LEAST_HEIGHT * scale) + GAP * scale;
      return { top, rows, rowHeight };
    });
    this.height = Math.max(1, Math.ceil(y));
  }

  /** The cell at a place, or null. */
  at(x, y) {
    const { columns } = this.raster;
    const column = this.raster.columnAt(x);
    if (column === null) {
      return null;
    }
    for (const [index, { top, rows, rowHeight }] of this.places.entries()) {
      const line = Math.floor((y - top) / rowHeight);
      const cell = line * columns + column;
      if (line >= 0 && line < rows && cell < this.bands[index].length) {
        return { band: this.bands[index], cell };
      }
    }
    return null;
  }

  /** Where a cell lies. */
  box(band, cell) {
    const { columns } = this.raster;
    const { top, rowHeight } = this.places[this.bands.indexOf(band)];
    const x = this.raster.left(cell % columns);
    return { x, y: top + Math.floor(cell / columns) * rowHeight, width: this.raster.left((cell % columns) + 1) - x, height: rowHeight };
  }

  /** One up, down, left or right of a cell, over the borders of blocks too; null beyond all of them. */
  beside({ band, cell }, right, down) {
    const to = cell + right + down * this.raster.columns;
    if (to >= 0 && to < band.length) {
      return { band, cell: to };
    }
    const next = this.bands[this.bands.indexOf(band) + Math.sign(right + down)];
    if (next === undefined) {
      return null;
    }
    if (right !== 0) {
      return { band: next, cell: right > 0 ? 0 : next.length - 1 };
    }
    const { columns } = this.raster;
    const first = down > 0 ? 0 : Math.floor((next.length - 1) / columns) * columns;
    return { band: next, cell: Math.min(next.length - 1, first + (cell % columns)) };
  }

  paint(canvas, ages, pageBytes) {
    canvas.width = this.raster.width;
    canvas.height = this.height;
    canvas.style.height = `${this.height / this.raster.scale}px`;
    const context = canvas.getContext('2d');
    const style = getComputedStyle(canvas);
    context.font = `${12 * this.raster.scale}px ${style.fontFamily}`;
    context.textBaseline = 'top';
    const colours = KINDS.map(kind => style.getPropertyValue(kind).trim());
    this.bands.forEach((band, index) => {
      this.#cells(context, band, index, { colours, ages });
      this.#outline(context, band, index, style);
      this.#label(context, band, index, { style, pageBytes });
    });
  }

  /** Runs of one colour in a row are one rectangle: 65,536 cells are painted in some milliseconds. */
  #cells(context, band, index, { colours, ages }) {
    const { columns, scale } = this.raster;
    const { top, rowHeight } = this.places[index];
    // A line of one pixel between cells that are large enough to be told apart.
    const gap = rowHeight >= 8 * scale && columns < this.raster.most ? Math.round(scale) : 0;
    let cell = 0;
    while (cell < band.length) {
      const kind = band.kind(cell, ages);
      const column = cell % columns;
      let run = 1;
      while (gap === 0 && column + run < columns && cell + run < band.length && band.kind(cell + run, ages) === kind) {
        run++;
      }
      context.fillStyle = colours[kind];
      const y = top + Math.floor(cell / columns) * rowHeight;
      const x = this.raster.left(column);
      context.fillRect(x, y, this.raster.left(column + run) - x - gap, rowHeight - gap);
      cell += run;
    }
  }

  /** A border along the block's end, also where that is in the middle of a row. */
  #outline(context, band, index, style) {
    const { columns } = this.raster;
    const { top, rows, rowHeight } = this.places[index];
    const left = this.raster.left(0) + 0.5;
    const right = this.raster.left(Math.min(columns, band.length)) - 0.5;
    const last = this.raster.left(((band.length - 1) % columns) + 1) - 0.5;
    const bottom = top + rows * rowHeight - 0.5;
    const step = bottom - (last < right ? rowHeight : 0);
    context.strokeStyle = style.getPropertyValue('--edge');
    context.beginPath();
    [[left, top + 0.5], [right, top + 0.5], [right, step], [last, step], [last, bottom], [left, bottom]].forEach(([x, y]) => context.lineTo(x, y));
    context.closePath();
    context.stroke();
  }

  #label(context, band, index, { style, pageBytes }) {
    const { scale, wide, gutter } = this.raster;
    const { top, rows, rowHeight } = this.places[index];
    const size = bytes(band.block.pages * pageBytes);
    context.fillStyle = style.getPropertyValue('--text');
    if (!wide) {
      context.fillText(`${band.block.name} · ${size}`, 0, top - (LABEL - 4) * scale);
      return;
    }
    context.fillText(shortened(context, band.block.name, gutter - 12 * scale), 0, top + scale);
    context.fillStyle = style.getPropertyValue('--muted');
    if (!this.zoomed) {
      if (rows * rowHeight >= 32 * scale) {
        context.fillText(size, 0, top + 16 * scale);
      }
      return;
    }
    let every = 1;
    while (every * rowHeight < 24 * scale) {
      every *= 2;
    }
    for (let row = every; row < rows; row += every) {
      context.fillText(address(band.firstPage(row * this.raster.columns) * pageBytes), 0, top + row * rowHeight);
    }
  }
}

/** An offset in bytes as hardware people write it. */
export function address(offset) {
  return `0x${offset.toString(16)}`;
}

function shortened(context, name, room) {
  let shown = name;
  while (shown.length > 1 && context.measureText(shown).width > room) {
    shown = `${shown.replace(/…$/, '').slice(0, -1)}…`;
  }
  return shown;
}
