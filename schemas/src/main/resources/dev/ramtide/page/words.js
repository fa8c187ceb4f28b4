// Numbers, moments and verdicts in words. Nothing here touches the page.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const COUNT = new Intl.NumberFormat('en');

/** 1234567 -> "1,234,567" */
export function count(number) {
  return COUNT.format(number);
}

/** 1536 -> "1.5 KiB" */
export function bytes(number) {
  let unit = 0;
  let left = number;
  while (left >= 1024 && unit < UNITS.length - 1) {
    left /= 1024;
    unit++;
  }
  const digits = unit === 0 || left >= 100 ? 0 : 1;
  return `${left.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`;
}

/** 75.4 -> "1 min 15 s"; never below 0, clocks of hosts differ */
export function age(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  if (whole < 86400) {
    return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  }
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

/** 8.13 -> "8.1 ms"; 1234 -> "1.2 s" */
export function pause(milliseconds) {
  if (milliseconds >= 1000) {
    return `${(milliseconds / 1000).toFixed(1)} s`;
  }
  return `${milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`;
}

/** An RFC 3339 moment as a time of day, with the date unless it is that of `now`. All in UTC. */
export function time(moment, now) {
  const iso = new Date(moment).toISOString();
  const clock = iso.slice(11, 19);
  return now && iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10)
    ? clock
    : `${iso.slice(0, 10)} ${clock}`;
}

/** one, "one thing", "2 things" */
export function several(number, one) {
  return `${count(number)} ${one}${number === 1 ? '' : 's'}`;
}

/** The checkpoint that a VM can be restored to, or null. */
export function restorable(vm, role) {
  if (role === 'agent') {
    return vm.newest;
  }
  return vm.restore === null ? null : vm.sealed ?? vm.newest;
}

/** How old that moment was when the server answered, or null. What is not sealed yet may be in the log all the same. */
export function pointAge(vm, status) {
  const point = restorable(vm, status.role);
  return vm.recoveryPointAgeSeconds ?? (point === null ? null : (Date.parse(status.now) - Date.parse(point.pause)) / 1000);
}

const STATES = {
  sealed: 'sealed',
  applying: 'applying',
  filling: 'filling',
  none: 'no image yet',
  failed: 'failed',
  capturing: 'capturing',
  idle: 'idle',
};

export function state(vm) {
  return STATES[vm.state] ?? vm.state;
}

/** "web-1, web-2 and 3 more" */
function names(vms) {
  const shown = vms.slice(0, 3).map(vm => vm.vm);
  if (vms.length > shown.length) {
    return `${shown.join(', ')} and ${vms.length - shown.length} more`;
  }
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/**
 * The answer to "could I restore now?".
 *
 * @returns level (yes, but, no, unknown), the word to begin with, and the rest of it
 */
export function verdict(status) {
  const all = status.vms;
  if (all.length === 0) {
    return { level: 'no', word: 'No.', rest: status.role === 'agent' ? 'This agent has no VM yet.' : 'No VM is followed here yet.' };
  }
  const unable = all.filter(vm => restorable(vm, status.role) === null);
  const stuck = all.filter(vm => vm.state === 'failed');
  const where = status.role === 'agent' ? ' from Kafka' : '';
  if (unable.length === all.length) {
    const who = all.length === 1 ? `${all[0].vm} cannot` : `None of the ${count(all.length)} VMs can`;
    return { level: 'no', word: 'No.', rest: `${who} be restored${where} yet.${failing(stuck)}` };
  }
  if (unable.length > 0) {
    const able = all.length - unable.length;
    return { level: 'but', word: 'Not all.', rest: `${count(able)} of ${count(all.length)} VMs can be restored${where}; ${names(unable)} cannot.${failing(stuck)}` };
  }
  const who = all.length === 1 ? all[0].vm : all.length === 2 ? 'Both VMs' : `All ${count(all.length)} VMs`;
  return stuck.length === 0
    ? { level: 'yes', word: 'Yes.', rest: `${who} can be restored${where}.` }
    : { level: 'but', word: 'Yes,', rest: `but${failing(stuck).slice(0, -1)}: ${stuck.length === 1 ? 'its moment only grows' : 'their moments only grow'} older.` };
}

function failing(stuck) {
  return stuck.length === 0 ? '' : ` ${names(stuck)} ${stuck.length === 1 ? 'has' : 'have'} failed.`;
}

/** The VM whose restorable moment is the oldest, or null when there is none. */
export function oldest(status) {
  const able = status.vms.filter(vm => restorable(vm, status.role) !== null);
  return able.reduce((worst, vm) => (worst === null || pointAge(vm, status) > pointAge(worst, status) ? vm : worst), null);
}
