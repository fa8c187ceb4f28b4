// Looks at the server every two seconds while somebody looks at the page, and says what it sees.

import { byId, say } from './elements.js';
import { ask, faultIn, Refusal } from './server.js';
import { Fleet } from './fleet.js';
import { OneVm } from './vm.js';
import { age, oldest, pointAge, restorable, time, verdict } from './words.js';

const EVERY_MS = 2_000;

const fleet = new Fleet();
const oneVm = new OneVm();

/** What was heard last, and when by this browser's steady clock; null before the first answer. */
let heard = null;
/** When the server fell silent, by the browser's clock; null while it answers. */
let silentSince = null;
let silence = '';
let looking = false;
let again = false;
let timer = 0;

function chosen() {
  const match = /^#vm=(.+)$/.exec(location.hash);
  if (match) {
    try {
      return decodeURIComponent(match[1]);
    } catch {
      return match[1];
    }
  }
  return heard !== null && heard.status.vms.length === 1 ? heard.status.vms[0].vm : null;
}

async function look() {
  if (looking) {
    again = true; // a choice made meanwhile is looked at right after
    return;
  }
  clearTimeout(timer);
  looking = true;
  try {
    do {
      again = false;
      await lookOnce();
    } while (again);
  } finally {
    looking = false;
    if (!document.hidden) {
      timer = setTimeout(look, EVERY_MS);
    }
  }
}

async function lookOnce() {
  try {
    const status = await ask('api/status');
    heard = { status, at: performance.now() };
    silentSince = null;
    show();
    await oneVm.look(heard.status, chosen());
  } catch (reason) {
    const fault = faultIn(reason);
    silentSince ??= new Date();
    silence = reason instanceof Refusal ? fault : '';
    show();
  }
}

/** How much older things are now than the answer says. Time stands still while nothing is known. */
function elapsedSeconds() {
  return heard === null || silentSince !== null ? 0 : (performance.now() - heard.at) / 1000;
}

function show() {
  document.body.classList.toggle('silent', silentSince !== null);
  if (heard !== null) {
    const { status } = heard;
    document.body.classList.toggle('agent', status.role === 'agent');
    say(byId('who'), `Ramtide ${status.role} on ${status.host}`);
    say(byId('version'), `Ramtide ${status.version}.`);
    fleet.show(status, chosen());
    oneVm.show(status, chosen());
  }
  const answer = silentSince === null && heard !== null ? verdict(heard.status) : unknown();
  byId('answer').dataset.level = answer.level;
  sayVerdict(answer);
  document.title = `${answer.word} ${byId('who').textContent}`;
  tick();
}

function sayVerdict({ word, rest }) {
  const verdictLine = byId('verdict');
  if (verdictLine.textContent !== `${word} ${rest}`) {
    const strong = document.createElement('strong');
    strong.textContent = word;
    verdictLine.replaceChildren(strong, ` ${rest}`);
  }
}

function unknown() {
  const role = heard === null ? 'server' : heard.status.role;
  return { level: 'unknown', word: 'Unknown.', rest: `The ${role} has not answered since ${time(silentSince, new Date())} UTC.` };
}

/** What changes with time alone. */
function tick() {
  say(byId('link'), linkWords());
  if (heard === null) {
    return;
  }
  const seconds = elapsedSeconds();
  say(byId('moment'), momentWords(heard.status, seconds));
  fleet.tick(seconds);
  oneVm.tick(seconds);
}

function linkWords() {
  if (silentSince !== null) {
    return 'no answer, asked again every 2 s';
  }
  return heard === null ? 'asking …' : 'live, looks every 2 s';
}

function momentWords(status, seconds) {
  const worst = oldest(status);
  if (silentSince !== null) {
    const says = silence ? `It says: ${silence}. ` : '';
    return `${says}Below is what was true at ${time(status.now, new Date())} UTC.`;
  }
  if (worst === null) {
    return '';
  }
  const { checkpoint, pause } = restorable(worst, status.role);
  const ago = age(pointAge(worst, status) + seconds);
  const moment = `${time(pause, status.now)} UTC, ${ago} ago, checkpoint ${checkpoint}`;
  return status.vms.length === 1 ? `To ${moment}.` : `The oldest moment is that of ${worst.vm}: ${moment}.`;
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    clearTimeout(timer);
  } else {
    look();
  }
});
window.addEventListener('hashchange', () => {
  if (heard !== null) {
    show();
  }
  look();
});
// The fragment says which VM is chosen, so these move the focus without it.
for (const link of document.querySelectorAll('.skip')) {
  link.addEventListener('click', event => {
    event.preventDefault();
    byId(link.hash.slice(1)).focus();
  });
}
setInterval(() => {
  if (!document.hidden) {
    tick();
  }
}, 1_000);
look();
