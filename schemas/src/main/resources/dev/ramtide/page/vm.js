// One VM: its facts, the capture under way, the restore command, its timeline and its memory.

import { byId, element, say } from './elements.js';
import { ask, faultIn, ofVm } from './server.js';
import { Timeline } from './timeline.js';
import { MemoryMap } from './memory.js';
import { age, bytes, count, pointAge, several, state, time } from './words.js';

const PHASES = ['prepare', 'transfer', 'acknowledge', 'manifest'];
const LAST = 200;

export class OneVm {
  #timeline = new Timeline();
  #memory = new MemoryMap();
  #name = null;
  #vm = null;
  #now = null;
  #age = null;
  /** What the timeline shows; while this stays the same there is nothing new to ask for. */
  #drawn = '';

  constructor() {
    byId('copy').addEventListener('click', () => copy());
    byId('phases').append(...PHASES.map(phase => element('li', '', phase)));
  }

  /** Says what the status tells of it; name is null when none is chosen. */
  show(status, name) {
    byId('vm').hidden = name === null;
    byId('hint').hidden = name !== null;
    byId('skip-to-vm').hidden = name === null;
    if (name !== this.#name) {
      this.#name = name;
      this.#drawn = '';
      this.#timeline.clear();
      this.#memory.clear();
    }
    this.#vm = status.vms.find(vm => vm.vm === name) ?? null;
    this.#now = status.now;
    this.#age = this.#vm === null ? null : ageOf(this.#vm, status);
    say(byId('vm-name'), name ?? '');
    byId('vm-facts').hidden = this.#vm === null;
    if (this.#vm === null) {
      trouble(name === null ? null : `There is no VM of this name at this ${status.role}.`);
      return;
    }
    trouble(this.#vm.reason);
    facts(this.#vm, status);
    capture(this.#vm.capture);
    byId('restore').hidden = this.#vm.restore === null;
    say(byId('command'), this.#vm.restore ?? '');
    byId('memory').hidden = !this.#vm.memory;
  }

  /** Asks for what the status does not tell, where that may have changed. */
  async look(status, name) {
    const vm = this.#vm;
    if (vm === null || name !== this.#name) {
      return;
    }
    try {
      await this.#lookAtCheckpoints(vm);
    } catch (reason) {
      // Said in its place; the answer at the top stands, and the next look asks again.
      say(byId('timeline-note'), `The checkpoints could not be read: ${faultIn(reason)}`);
    }
    if (vm.memory && this.#name === name) {
      await this.#memory.look(vm, this.#timeline);
    }
  }

  async #lookAtCheckpoints(vm) {
    const newest = JSON.stringify([vm.newest, vm.sealed, vm.oldestRestorable]);
    if (newest === this.#drawn) {
      return;
    }
    const answer = await ask(ofVm(vm.vm, 'checkpoints'), { last: LAST });
    if (vm.vm === this.#name) {
      this.#timeline.show(answer.checkpoints, this.#now);
      this.#drawn = newest;
    }
  }

  tick(seconds) {
    if (this.#vm === null) {
      return;
    }
    say(byId('vm-age'), this.#age === null ? '–' : age(this.#age + seconds));
    const capturing = this.#vm.capture;
    if (capturing !== null) {
      const since = (Date.parse(this.#now) - Date.parse(capturing.since)) / 1000 + seconds;
      say(
        byId('capture-words'),
        `Checkpoint ${capturing.checkpoint}: ${count(capturing.deliveredPages)} of ${count(capturing.totalPages)} pages, for ${age(since)}.`,
      );
    }
  }
}

function trouble(words) {
  byId('vm-trouble').hidden = words === null;
  say(byId('vm-trouble'), words ?? '');
}

function point(one, now) {
  return one === null ? 'none' : `#${one.checkpoint} · ${time(one.pause, now)}`;
}

/** Of the sealed image; an agent knows of none, but how old the newest is that it has taken. */
function ageOf(vm, status) {
  return status.role === 'sink' ? vm.recoveryPointAgeSeconds : pointAge(vm, status);
}

function facts(vm, status) {
  const sink = status.role === 'sink';
  const list = [
    ['State', state(vm)],
    ...(sink ? [['Newest sealed', point(vm.sealed, status.now)]] : []),
    ['Newest in Kafka', point(vm.newest, status.now)],
    [sink ? 'Recovery point age' : 'Age of the newest', '–', 'vm-age'],
    ...(sink ? [['Oldest restorable', vm.oldestRestorable === null ? 'none' : `#${vm.oldestRestorable}`]] : []),
    ['RAM', bytes(vm.ramBytes)],
    ...(sink ? [['Image', bytes(vm.imageBytes)]] : []),
    ...(vm.partitions === null ? [] : [['Partitions', partitions(vm)]]),
  ];
  const place = byId('vm-list');
  if (place.children.length !== list.length) {
    place.replaceChildren(...list.map(() => element('div', '', element('dt'), element('dd'))));
  }
  list.forEach(([name, value, id], index) => {
    const [term, text] = place.children[index].children;
    say(term, name);
    if (id) {
      text.id = id; // rewritten by the clock
    } else {
      say(text, value);
    }
  });
}

function partitions(vm) {
  const waits = vm.lockWaits === 0 ? '' : `, ${several(vm.lockWaits, 'lock')} waited for`;
  return `${count(vm.partitions)}${waits}`;
}

function capture(under) {
  byId('capture').hidden = under === null;
  if (under === null) {
    return;
  }
  const bar = byId('capture-progress');
  bar.max = Math.max(1, under.totalPages);
  bar.value = under.deliveredPages;
  const at = PHASES.indexOf(under.phase);
  [...byId('phases').children].forEach((item, index) => {
    item.className = index < at ? 'done' : '';
    item.toggleAttribute('aria-current', false);
    if (index === at) {
      item.setAttribute('aria-current', 'step');
    }
  });
}

async function copy() {
  const command = byId('command');
  try {
    await navigator.clipboard.writeText(command.textContent);
    say(byId('copied'), 'Copied.');
    say(byId('copy'), 'Copied');
  } catch {
    // Browsers give the clipboard to pages from this host or by TLS only.
    getSelection().selectAllChildren(command);
    say(byId('copied'), 'Selected: copy it with the keyboard.');
    say(byId('copy'), 'Selected');
  }
  setTimeout(() => {
    say(byId('copy'), 'Copy');
    say(byId('copied'), '');
  }, 3_000);
}
