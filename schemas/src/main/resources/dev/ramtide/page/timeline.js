// The timeline of checkpoints: how long the guest stood, and how much was published, one column per checkpoint.

import { byId, element, row, say, shape } from './elements.js';
import { bytes, count, pause, time } from './words.js';

const LEFT = 64;
const RIGHT = 8;
const PANEL = 76;
const TOPS = [32, 152];
const HEIGHT = 252;
/** Narrower columns cannot be pointed at. */
const NARROWEST = 5;
const WIDEST = 28;

export class Timeline {
  #checkpoints = [];
  #now = null;
  #drawn = [];
  #picked = null;
  #hovered = null;

  constructor() {
    const chart = byId('chart');
    new ResizeObserver(() => this.#draw()).observe(chart);
    chart.addEventListener('keydown', event => this.#key(event));
    chart.addEventListener('pointermove', event => this.#hover(this.#indexAt(event)));
    chart.addEventListener('pointerleave', () => this.#hover(null));
    chart.addEventListener('pointerdown', event => this.#pick(this.#indexAt(event)));
    byId('timeline-details').addEventListener('toggle', () => this.#table());
  }

  clear() {
    this.#checkpoints = [];
    this.#picked = null;
    this.#hovered = null;
    say(byId('timeline-note'), '');
    this.#draw();
    this.#table();
  }

  /** @param checkpoints as the server tells of them, the oldest first */
  show(checkpoints, now) {
    this.#checkpoints = checkpoints;
    this.#now = now;
    this.#draw();
    this.#table();
  }

  /** The guest's moment of a checkpoint, or null when it is not among these. */
  momentOf(number) {
    const found = this.#checkpoints.find(one => one.checkpoint === number);
    return found === undefined ? null : time(found.pause, this.#now);
  }

  #draw() {
    const chart = byId('chart');
    const width = chart.clientWidth;
    chart.hidden = this.#checkpoints.length === 0;
    byId('timeline-details').hidden = chart.hidden;
    if (chart.hidden) {
      chart.replaceChildren();
      say(byId('chart-readout'), '');
      return;
    }
    if (width === 0) {
      return; // not laid out yet: the observer calls again
    }
    this.#drawn = this.#checkpoints.slice(-Math.floor((width - LEFT - RIGHT) / NARROWEST));
    const drawing = new Drawing(this.#drawn, width);
    chart.replaceChildren(drawing.all());
    say(byId('timeline-note'), this.#note());
    this.#point();
  }

  #note() {
    const shown = this.#drawn.length;
    const all = this.#checkpoints.length;
    const some = shown < all ? `The newest ${count(shown)} of ${count(all)}.` : `${count(all)} checkpoint${all === 1 ? '' : 's'}.`;
    const sealed = this.#drawn.some(one => one.sealed) ? ' The column marked “sealed” is what the image holds.' : '';
    return `${some} ◆ keyframe: every page was published.${sealed}`;
  }

  #key(event) {
    const last = this.#drawn.length - 1;
    const at = this.#indexOfPicked();
    const steps = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: last, PageUp: at + 10, PageDown: at - 10 };
    if (event.key in steps) {
      event.preventDefault();
      this.#pick(Math.min(last, Math.max(0, steps[event.key])));
    }
  }

  #indexOfPicked() {
    const index = this.#drawn.findIndex(one => one.checkpoint === this.#picked);
    return index < 0 ? this.#drawn.length - 1 : index;
  }

  #indexAt(event) {
    const box = byId('chart').getBoundingClientRect();
    const index = Math.floor((event.clientX - box.left - LEFT) / pitch(this.#drawn.length, box.width));
    return index >= 0 && index < this.#drawn.length ? index : null;
  }

  #pick(index) {
    if (index !== null) {
      this.#picked = this.#drawn[index].checkpoint;
      this.#hovered = null;
      this.#point();
    }
  }

  #hover(index) {
    this.#hovered = index;
    this.#point();
  }

  /** Marks the column and says what it is. */
  #point() {
    const chart = byId('chart');
    const index = this.#hovered ?? this.#indexOfPicked();
    const one = this.#drawn[index];
    if (one === undefined) {
      return;
    }
    const words = describe(one, this.#now);
    say(byId('chart-readout'), words);
    chart.setAttribute('aria-valuemin', this.#drawn[0].checkpoint);
    chart.setAttribute('aria-valuemax', this.#drawn.at(-1).checkpoint);
    chart.setAttribute('aria-valuenow', one.checkpoint);
    chart.setAttribute('aria-valuetext', words);
    const column = pitch(this.#drawn.length, chart.clientWidth);
    const mark = chart.querySelector('.pick');
    mark.setAttribute('x', LEFT + index * column);
    mark.setAttribute('width', column);
  }

  /** Two hundred rows are built only for somebody who looks at them. */
  #table() {
    const rows = byId('timeline-details').open ? [...this.#checkpoints].reverse() : [];
    byId('timeline-rows').replaceChildren(
      ...rows.map(one =>
        row(
          [
            { text: `${one.checkpoint}`, number: true },
            { text: time(one.pause) },
            { text: pause(one.pauseMs), number: true },
            { text: bytes(one.pages.publishedBytes), number: true },
            { text: count(one.pages.published), number: true },
            { text: count(one.pages.zero), number: true },
            { text: count(one.pages.unchanged), number: true },
            { text: one.mode },
            { text: `${one.epoch}`, number: true },
            { text: remarks(one).join(', ') },
          ],
          true,
        ),
      ),
    );
  }
}

function remarks(one) {
  return [...(one.keyframe ? ['keyframe'] : []), ...(one.sealed ? ['sealed'] : []), ...(one.label ? [`“${one.label}”`] : [])];
}

function describe(one, now) {
  const published = `${bytes(one.pages.publishedBytes)} published (${count(one.pages.published)} pages)`;
  return [`#${one.checkpoint}`, `${time(one.pause, now)} UTC`, `pause ${pause(one.pauseMs)}`, published, one.mode, ...remarks(one)].join(' · ');
}

function pitch(columns, width) {
  return Math.min(WIDEST, (width - LEFT - RIGHT) / columns);
}

/** One picture of the columns. */
class Drawing {
  #checkpoints;
  #width;
  #pitch;
  #svg;

  constructor(checkpoints, width) {
    this.#checkpoints = checkpoints;
    this.#width = width;
    this.#pitch = pitch(checkpoints.length, width);
    this.#svg = shape('svg', 'drawing', { width, height: HEIGHT, 'aria-hidden': 'true', focusable: 'false' });
  }

  all() {
    this.#add('rect', 'pick', { x: 0, y: 4, width: 0, height: HEIGHT - 24, rx: 2 });
    this.#pauses();
    this.#sizes();
    this.#sealed();
    this.#numbers();
    return this.#svg;
  }

  #add(name, className, attributes, text) {
    this.#svg.append(shape(name, className, attributes, text));
  }

  #middle(index) {
    return LEFT + (index + 0.5) * this.#pitch;
  }

  #line(y, label) {
    this.#add('line', 'grid', { x1: LEFT, x2: this.#width - RIGHT, y1: y, y2: y });
    this.#add('text', 'axis', { x: LEFT - 8, y: y + 4, 'text-anchor': 'end' }, label);
  }

  #title(top, words) {
    this.#add('text', 'title', { x: 0, y: top - 17 }, words);
  }

  #pauses() {
    const top = TOPS[0];
    const most = roundUp(Math.max(1, ...this.#checkpoints.map(one => one.pauseMs)));
    this.#title(top, 'Guest pause');
    [0, 0.5, 1].forEach(part => this.#line(top + PANEL * (1 - part), part === 0 ? '0' : pause(most * part).replace('.0', '')));
    this.#bars(top, one => one.pauseMs / most, 'bar');
  }

  /** A keyframe is a thousand times an ordinary checkpoint, so this axis is logarithmic and says so. */
  #sizes() {
    const top = TOPS[1];
    const sizes = this.#checkpoints.map(one => one.pages.publishedBytes);
    const least = Math.floor(Math.log2(Math.max(1, Math.min(...sizes.filter(size => size > 0)) || 1)) / 4) * 4;
    const low = Number.isFinite(least) ? least : 0;
    const high = Math.max(low + 4, Math.ceil(Math.log2(Math.max(1, ...sizes)) / 4) * 4);
    this.#title(top, 'Published (logarithmic)');
    const every = Math.ceil((high - low) / 4 / 4) * 4;
    for (let power = low; power <= high; power += every) {
      this.#line(top + PANEL * (1 - (power - low) / (high - low)), bytes(2 ** power));
    }
    const part = one => (one.pages.publishedBytes === 0 ? 0 : Math.max(0.02, (Math.log2(one.pages.publishedBytes) - low) / (high - low)));
    this.#bars(top, part, 'bar size');
    this.#checkpoints.forEach((one, index) => {
      if (one.keyframe) {
        this.#diamond(this.#middle(index), top + PANEL * (1 - part(one)));
      }
    });
  }

  #bars(top, part, className) {
    const width = Math.max(2, Math.min(14, this.#pitch * 0.7));
    this.#checkpoints.forEach((one, index) => {
      const height = PANEL * part(one);
      this.#add('rect', className, { x: this.#middle(index) - width / 2, y: top + PANEL - height, width, height });
    });
  }

  #diamond(x, y) {
    this.#add('path', 'keyframe', { d: `M${x} ${y - 6}l5 6l-5 6l-5 -6z` });
  }

  #sealed() {
    const index = this.#checkpoints.findLastIndex(one => one.sealed);
    if (index < 0) {
      return;
    }
    const x = this.#middle(index);
    const end = x > this.#width - 60;
    this.#add('line', 'sealed', { x1: x, x2: x, y1: 6, y2: TOPS[1] + PANEL });
    this.#add('text', 'sealed-label', { x: end ? x - 5 : x + 5, y: 14, 'text-anchor': end ? 'end' : 'start' }, 'sealed');
  }

  /** As many numbers as there is room for, the last among them. */
  #numbers() {
    const last = this.#checkpoints.length - 1;
    const every = Math.ceil(56 / this.#pitch);
    for (let index = last; index >= 0; index -= every) {
      this.#add('text', 'axis', { x: this.#middle(index), y: TOPS[1] + PANEL + 17, 'text-anchor': 'middle' }, `#${this.#checkpoints[index].checkpoint}`);
    }
  }
}

/** The next of 1, 2, 4, 10, 20, 40 … */
function roundUp(value) {
  const ten = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 10].map(step => step * ten).find(step => step >= value);
}
