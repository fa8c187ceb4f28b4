// The map of one VM's memory: which pages changed when. It asks for cells, never for pages, and only when they may differ.

import { byId, element, row, say } from './elements.js';
import { ask, faultIn, ofVm } from './server.js';
import { Ages, Band, KINDS, MOST_CELLS, pagesPerCell } from './cells.js';
import { address, Grid, Raster } from './grid.js';
import { Zoom } from './zoom.js';
import { bytes, count, several } from './words.js';

/** One turn of a wheel is many events. */
const WHEEL_MS = 150;

export class MemoryMap {
  #vm = null;
  #timeline = null;
  #memory = null;
  #zoom = new Zoom([]);
  #raster = null;
  #grid = null;
  #ages = new Ages([]);
  /** Block and page that the keyboard is at. */
  #focus = null;
  #hovered = null;
  /** What the cells were asked for last; while this stays the same they are the same. */
  #drawn = '';
  /** What they are being asked for now, or nothing. */
  #asked = '';
  #turn = 0;
  #wheeled = 0;

  constructor() {
    const map = byId('map');
    new ResizeObserver(() => this.#refresh()).observe(byId('map-frame'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#paint());
    map.addEventListener('keydown', event => this.#key(event));
    map.addEventListener('pointermove', event => this.#hover(this.#at(event)));
    map.addEventListener('pointerleave', () => this.#hover(null));
    map.addEventListener('pointerdown', event => this.#go(this.#at(event)));
    map.addEventListener('wheel', event => this.#wheel(event), { passive: false });
    map.addEventListener('focus', () => this.#point());
    map.addEventListener('blur', () => this.#point());
    byId('zoom-in').addEventListener('click', () => this.#zoomBy(1));
    byId('zoom-out').addEventListener('click', () => this.#zoomBy(-1));
    byId('zoom-all').addEventListener('click', () => this.#zoomBy(0));
    byId('legend').append(...KINDS.map((kind, index) => element('li', '', element('span', `swatch kind-${index}`), element('span'))));
  }

  clear() {
    this.#turn++;
    this.#vm = null;
    this.#memory = null;
    this.#grid = null;
    this.#drawn = '';
    this.#asked = '';
    this.#focus = null;
    this.#hovered = null;
    this.#zoom = new Zoom([]);
    byId('map-cursor').hidden = true;
    byId('map-hover').hidden = true;
    byId('map').width = 0;
    byId('legend').hidden = true;
    byId('cell').replaceChildren();
    byId('block-rows').replaceChildren();
    say(byId('memory-note'), '');
    say(byId('map-words'), '');
  }

  /** Looks whether anything is new, and asks for the cells if so. */
  look(vm, timeline) {
    return this.#orSayWhy(() => this.#look(vm, timeline));
  }

  async #look(vm, timeline) {
    const turn = this.#turn;
    const memory = await ask(ofVm(vm.vm, 'memory'));
    if (turn !== this.#turn) {
      return; // another VM was chosen meanwhile
    }
    if (this.#memory === null || JSON.stringify(memory.blocks) !== JSON.stringify(this.#memory.blocks)) {
      this.#zoom = new Zoom(memory.blocks);
      this.#focus = memory.blocks.length === 0 ? null : { block: memory.blocks[0].block, page: 0 };
      this.#drawn = '';
    }
    this.#vm = vm;
    this.#timeline = timeline;
    this.#memory = memory;
    this.#ages = new Ages(memory.marks);
    await this.#cells();
  }

  /** Asks anew for the cells of what is shown now, outside of the two seconds' beat. */
  async #refresh() {
    if (this.#memory !== null) {
      await this.#orSayWhy(() => this.#cells());
    }
  }

  /** A memory that cannot be read says so in its place and is asked for anew; the answer at the top stands. */
  async #orSayWhy(asks) {
    try {
      await asks();
    } catch (reason) {
      this.#drawn = '';
      this.#asked = '';
      say(byId('memory-note'), `The memory could not be read: ${faultIn(reason)}`);
    }
  }

  async #cells() {
    const width = byId('map-frame').clientWidth;
    if (width === 0) {
      return;
    }
    const raster = new Raster(width, devicePixelRatio);
    const windows = this.#zoom.windows();
    const pages = windows.reduce((sum, one) => sum + one.pages, 0);
    const each = pagesPerCell(pages, Math.min(raster.cells(), MOST_CELLS));
    raster.fit(windows.reduce((sum, one) => sum + Math.ceil(one.pages / each), 0));
    const moving = ['filling', 'applying'].includes(this.#vm.state); // pages arrive without a new mark
    const wanted = JSON.stringify([windows, each, raster.columns, raster.scale, this.#memory.marks.at(-1), this.#memory.newestEpoch, this.#vm.sealed]);
    if (wanted === this.#asked || (wanted === this.#drawn && !moving)) {
      return;
    }
    this.#asked = wanted;
    const turn = ++this.#turn;
    const vm = this.#vm.vm;
    const bands = [];
    for (const { block, from, pages } of windows) { // one at a time: the server has four threads for everybody
      const cells = Math.max(1, Math.ceil(pages / each));
      bands.push(new Band(block, await ask(ofVm(vm, `memory/${block.block}`), { from, pages, cells })));
      if (turn !== this.#turn) {
        return; // what is shown has changed meanwhile
      }
    }
    this.#raster = raster;
    this.#grid = new Grid(bands, raster, this.#zoom.isZoomed());
    this.#drawn = wanted;
    this.#asked = '';
    this.#hovered = null;
    this.#paint();
  }

  #paint() {
    if (this.#grid === null) {
      return;
    }
    this.#grid.paint(byId('map'), this.#ages, this.#memory.pageBytes);
    this.#legend();
    this.#table();
    this.#note();
    this.#point();
    for (const id of ['zoom-out', 'zoom-all']) {
      byId(id).setAttribute('aria-disabled', String(!this.#zoom.isZoomed()));
    }
  }

  #legend() {
    byId('legend').hidden = false;
    this.#ages.words().forEach((words, index) => {
      const item = byId('legend').children[index];
      item.hidden = words === '';
      say(item.lastChild, index === 0 ? `${words} (newest)` : words);
    });
  }

  #note() {
    const { pageBytes } = this.#memory;
    const largest = Math.max(1, ...this.#grid.bands.map(band => band.each));
    const cell = `One cell is ${several(largest, 'page')} (${bytes(largest * pageBytes)}).`;
    const pages = this.#grid.bands.reduce((sum, band) => sum + band.pages, 0);
    const zero = this.#grid.bands.reduce((sum, band) => sum + sumOf(band.columns.zero), 0);
    const empty = `${((100 * zero) / Math.max(1, pages)).toFixed(0)} % of it is zero or was never written.`;
    const [first] = this.#grid.bands;
    const what = this.#zoom.isZoomed()
      ? `${bytes(pages * pageBytes)} of ${first.block.name}, from ${address(first.from * pageBytes)}.`
      : `${bytes(pages * pageBytes)} in ${several(this.#grid.bands.length, 'RAMBlock')}.`;
    say(byId('memory-note'), `${what} ${cell} ${empty}`);
  }

  #table() {
    const { pageBytes } = this.#memory;
    byId('block-rows').replaceChildren(
      ...this.#grid.bands.map(band =>
        row(
          [
            { text: band.block.name },
            { text: bytes(band.pages * pageBytes), number: true },
            { text: count(band.pages), number: true },
            { text: count(sumOf(band.columns.zero)), number: true },
            { text: `${count(this.#newestIn(band))} of ${count(band.length)}`, number: true },
          ],
          true,
        ),
      ),
    );
  }

  #newestIn(band) {
    const newest = this.#ages.newest();
    return band.columns.checkpoint.filter(checkpoint => checkpoint === newest).length;
  }

  /** Marks the cells of pointer and keyboard and tells of one: the pointer's, else the keyboard's. */
  #point() {
    if (this.#grid === null) {
      return;
    }
    const focused = this.#focused();
    this.#mark(byId('map-hover'), this.#hovered);
    this.#mark(byId('map-cursor'), document.activeElement === byId('map') ? focused : null);
    const shown = this.#hovered ?? focused;
    if (shown !== null) {
      this.#tell(shown);
    }
  }

  #focused() {
    if (this.#focus === null) {
      return null;
    }
    const band = this.#grid.bands.find(one => one.holds(this.#focus.block, this.#focus.page)) ?? this.#grid.bands[0];
    const cell = band.holds(this.#focus.block, this.#focus.page) ? band.cellOf(this.#focus.page) : 0;
    return { band, cell: Math.min(cell, band.length - 1) };
  }

  #mark(cursor, place) {
    cursor.hidden = place === null;
    if (place !== null) {
      const box = this.#grid.box(place.band, place.cell);
      for (const [side, value] of Object.entries({ left: box.x, top: box.y, width: box.width, height: box.height })) {
        cursor.style[side] = `${value / this.#raster.scale}px`;
      }
    }
  }

  #tell({ band, cell }) {
    const facts = this.#factsOf(band, cell);
    const place = byId('cell');
    if (place.children.length !== facts.length) {
      place.replaceChildren(...facts.map(([name]) => row([{ text: name }, { text: '' }], true)));
    }
    facts.forEach(([name, value], index) => {
      say(place.children[index].firstChild, name);
      say(place.children[index].lastChild, value);
    });
  }

  #factsOf(band, cell) {
    const first = band.firstPage(cell);
    const pages = band.pagesOf(cell);
    const { zero, checkpoint, epoch, sequence } = band.columns;
    const number = checkpoint[cell];
    const moment = number > 0 ? this.#timeline.momentOf(number) : null;
    return [
      ['RAMBlock', band.block.name],
      [pages === 1 ? 'Page' : 'Pages', pages === 1 ? count(first) : `${count(first)} to ${count(first + pages - 1)}`],
      ['Offset in it', address(first * this.#memory.pageBytes)],
      ['Last changed', number === 0 ? 'never written' : number < 0 ? this.#ages.words()[KINDS.indexOf('--age-7')] : `#${number}`],
      ['Guest time', moment === null ? '–' : `${moment} UTC`],
      ['Version', number === 0 ? '–' : `epoch ${epoch[cell]}, sequence ${sequence[cell]}`],
      ['Zero', pages === 1 ? (zero[cell] === 1 ? 'yes' : 'no') : `${count(zero[cell])} of ${count(pages)} pages`],
    ];
  }

  #at(event) {
    if (this.#grid === null) {
      return null;
    }
    const box = byId('map').getBoundingClientRect();
    const { scale } = this.#raster;
    return this.#grid.at((event.clientX - box.left) * scale, (event.clientY - box.top) * scale);
  }

  #hover(place) {
    this.#hovered = place;
    this.#point();
  }

  #go(place) {
    if (place !== null) {
      this.#focus = { block: place.band.block.block, page: place.band.firstPage(place.cell) };
      this.#point();
    }
  }

  #key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const zooms = { '+': 1, '=': 1, '-': -1, 0: 0 };
    if (this.#grid === null || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key in moves) {
      event.preventDefault();
      this.#hovered = null;
      this.#move(...moves[event.key]);
    } else if (event.key in zooms) {
      event.preventDefault();
      this.#hovered = null;
      this.#zoomBy(zooms[event.key]);
    }
  }

  async #move(right, down) {
    const focused = this.#focused();
    const to = focused === null ? null : this.#grid.beside(focused, right, down);
    if (to !== null) {
      this.#go(to);
    } else if (focused !== null && this.#zoom.shift(Math.sign(right + down))) {
      const page = focused.band.firstPage(focused.cell) + (right + down * this.#raster.columns) * focused.band.each;
      this.#focus = { block: this.#focus.block, page: Math.min(focused.band.block.pages - 1, Math.max(0, page)) };
      await this.#refresh();
    }
    this.#sayCell();
  }

  /** @param direction 1 in, -1 out, 0 all the way out */
  async #zoomBy(direction) {
    if (this.#focus !== null && this.#zoom.by(direction, this.#focus)) {
      await this.#refresh();
      this.#sayCell();
    }
  }

  #wheel(event) {
    // Without the focus the wheel scrolls the page: a map in the way of a finger would be a trap.
    if (document.activeElement !== byId('map') || event.deltaY === 0) {
      return;
    }
    event.preventDefault();
    if (event.timeStamp - this.#wheeled > WHEEL_MS) {
      this.#wheeled = event.timeStamp;
      this.#go(this.#at(event));
      this.#zoomBy(event.deltaY < 0 ? 1 : -1);
    }
  }

  /** For those who cannot see the cursor; the pointer's way is not read out. */
  #sayCell() {
    const focused = this.#grid === null ? null : this.#focused();
    if (focused !== null) {
      say(byId('map-words'), this.#factsOf(focused.band, focused.cell).map(fact => fact.join(' ')).join(', '));
    }
  }
}

function sumOf(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}
