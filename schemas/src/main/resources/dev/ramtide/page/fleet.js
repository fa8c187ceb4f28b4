// The table of VMs. Rows are kept and rewritten in place, so that the focus and the pointer stay on theirs.

import { byId, element, say } from './elements.js';
import { age, bytes, count, pointAge, restorable, state, time } from './words.js';

/** A search box helps from here on. */
const MANY = 8;

export class Fleet {
  #rows = new Map();
  #status = null;
  #chosen = null;

  constructor() {
    byId('filter').addEventListener('input', () => this.#filter());
  }

  show(status, chosen) {
    this.#status = status;
    byId('vms').hidden = status.vms.length === 0;
    byId('filter-label').hidden = status.vms.length < MANY;
    byId('fleet-frame').classList.toggle('many', status.vms.length >= MANY);
    say(byId('vms-heading'), status.vms.length < 2 ? 'VM' : `${count(status.vms.length)} VMs`);
    say(byId('moment-heading'), status.role === 'agent' ? 'Complete in Kafka' : 'Restorable to');
    this.#place(status.vms);
    for (const vm of status.vms) {
      this.#rows.get(vm.vm).show(vm, status, vm.vm === chosen);
    }
    this.#filter();
    if (chosen !== this.#chosen) {
      this.#chosen = chosen;
      this.#reveal();
    }
  }

  /** A link may lead to a VM that is far down in the frame. The page itself stays where it is. */
  #reveal() {
    const frame = byId('fleet-frame');
    const line = this.#rows.get(this.#chosen)?.line;
    if (line !== undefined && frame.scrollHeight > frame.clientHeight) {
      const place = line.getBoundingClientRect();
      const room = frame.getBoundingClientRect();
      if (place.top < room.top + place.height || place.bottom > room.bottom) {
        frame.scrollTop += place.top - room.top - room.height / 2;
      }
    }
  }

  /** Failed ones first, then by name; the document is touched only where the order changed. */
  #place(vms) {
    const order = [...vms].sort(
      (one, other) => (other.state === 'failed') - (one.state === 'failed') || (one.vm < other.vm ? -1 : 1),
    );
    const body = byId('fleet');
    const names = new Set(order.map(vm => vm.vm));
    for (const [name, row] of this.#rows) {
      if (!names.has(name)) {
        row.line.remove();
        this.#rows.delete(name);
      }
    }
    order.forEach((vm, index) => {
      if (!this.#rows.has(vm.vm)) {
        this.#rows.set(vm.vm, new Row(vm.vm));
      }
      const { line } = this.#rows.get(vm.vm);
      if (body.children[index] !== line) {
        body.insertBefore(line, body.children[index] ?? null);
      }
    });
  }

  #filter() {
    const words = byId('filter').value.trim().toLowerCase();
    for (const vm of this.#status?.vms ?? []) {
      const hidden = words !== '' && !vm.vm.includes(words) && !state(vm).includes(words);
      this.#rows.get(vm.vm).line.hidden = hidden;
    }
  }

  tick(seconds) {
    for (const row of this.#rows.values()) {
      row.tick(seconds);
    }
  }
}

function cell(className, ...content) {
  const made = element('td', className, ...content);
  made.setAttribute('role', 'cell');
  return made;
}

class Row {
  #pointAge = null;
  #link = element('a');
  #state = element('span', 'state');
  #reason = element('span', 'reason');
  #checkpoint = element('span', 'checkpoint');
  #moment = element('time');
  #age = cell('number age');
  #behind = cell('number behind sink-only');

  constructor(name) {
    this.#link.href = `#vm=${encodeURIComponent(name)}`;
    this.#link.textContent = name;
    const head = element('th', 'name', this.#link);
    head.scope = 'row';
    head.setAttribute('role', 'rowheader');
    this.line = element(
      'tr',
      '',
      head,
      cell('stand', this.#state, this.#reason),
      cell('number moment', this.#checkpoint, ' ', this.#moment),
      this.#age,
      this.#behind,
    );
    this.line.setAttribute('role', 'row');
    // The link is the way in for everybody; a click beside it is meant for it too.
    this.line.addEventListener('click', event => {
      if (event.target.closest('a') === null && String(getSelection()) === '') {
        location.hash = this.#link.hash;
      }
    });
  }

  show(vm, status, isChosen) {
    this.#pointAge = pointAge(vm, status);
    this.line.classList.toggle('chosen', isChosen);
    if (isChosen) {
      this.#link.setAttribute('aria-current', 'true');
    } else {
      this.#link.removeAttribute('aria-current');
    }
    this.line.dataset.state = vm.state;
    say(this.#state, state(vm));
    say(this.#reason, vm.reason ?? '');
    const point = restorable(vm, status.role);
    say(this.#checkpoint, point === null ? '' : `#${point.checkpoint}`);
    say(this.#moment, point === null ? 'nothing' : time(point.pause, status.now));
    if (point === null) {
      this.#moment.removeAttribute('datetime');
    } else {
      this.#moment.dateTime = point.pause;
    }
    say(this.#behind, vm.lagRecords === 0 && vm.lagBytes === 0 ? '0' : `${count(vm.lagRecords)} rec · ${bytes(vm.lagBytes)}`);
  }

  tick(seconds) {
    say(this.#age, this.#pointAge === null ? '–' : age(this.#pointAge + seconds));
  }
}
