// Asks the server that this page came from, and nobody else.

/** It answered, but not with what was asked for. */
export class Refusal extends Error {}

/** It did not answer. */
export class Silence extends Error {}

/**
 * What the server did wrong, in words.
 *
 * @throws reason itself, when it is a mistake in this page
 */
export function faultIn(reason) {
  if (reason instanceof Refusal) {
    return reason.message;
  }
  if (reason instanceof Silence) {
    return 'no answer';
  }
  throw reason;
}

const PATIENCE_MS = 10_000;

/**
 * Asks for a JSON document.
 *
 * @throws Refusal it answered with an error; the message is its own
 * @throws Silence it did not answer, or not to the end
 */
export async function ask(path, values = {}) {
  const query = new URLSearchParams(values).toString();
  const { status, text } = await answerOf(query ? `${path}?${query}` : path);
  if (status !== 200) {
    throw new Refusal(text.trim() || `status ${status}`);
  }
  return JSON.parse(text);
}

async function answerOf(uri) {
  try {
    const response = await fetch(uri, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    return { status: response.status, text: await response.text() };
  } catch (reason) {
    throw new Silence(reason.message);
  }
}

export function ofVm(vm, what) {
  return `api/vms/${encodeURIComponent(vm)}/${what}`;
}
