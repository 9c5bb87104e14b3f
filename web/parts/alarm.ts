// New alerts, whatever view is shown: asked for every two seconds, and each raises a message, a sound and a notification of the
// browser, as its rule and this browser want it. Several at once are one. A server that does not answer is told elsewhere.

import type { AlertSummary } from '../../src/api/contract.js';
import { alertText, pairAddress } from '../alert-words.js';
import { count, t } from '../i18n/words.js';
import { fetchJson, ServerError } from '../server.js';
import { readSince } from '../state/alert-reply.js';
import { lastId } from '../state/alerts.js';
import { addressOf } from '../state/route.js';
import { settings } from '../state/settings.js';
import { canNotify, notify } from './notices.js';
import { playTones } from './sound.js';
import { say } from './toasts.js';

const PATH = '/api/alerts/since';
const POLL_MS = 2_000;
/** Nobody sees the page, but somebody wants to be notified. */
const HIDDEN_POLL_MS = 5_000;
const ANSWER_MS_MAX = 10_000;
/** Rules that a message about several alerts names. */
const RULES_NAMED_MAX = 3;

/** Goes on for as long as the page lives. */
export async function followAlerts(): Promise<never> {
  for (;;) {
    // What fires while nobody looks is told when somebody does.
    if (!document.hidden || canNotify()) await look();
    await rest();
  }
}

async function look(): Promise<void> {
  const known = lastId.value;
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  try {
    const reply = readSince(await fetchJson(known === null ? PATH : `${PATH}?id=${known}`, signal));
    // The view of alerts says what it cannot read.
    if (typeof reply === 'string') return;
    lastId.value = reply.lastId;
    if (reply.alerts.length > 0) tell(reply.alerts);
  } catch (error) {
    // The table says it already, and so does health.
    if (!signal.aborted && !(error instanceof ServerError)) throw error;
  }
}

/** The oldest first. */
function tell(fired: readonly AlertSummary[]): void {
  const { text, address } = messageOf(fired);
  say(text, 'alert', address);
  if (settings.value.sound && fired.some(({ sound }) => sound)) void playTones();
  const wanted = fired.filter((alert) => alert.notify);
  if (wanted.length === 0 || !canNotify()) return;
  const notice = messageOf(wanted);
  notify(t('nav.alerts'), notice.text, `alert-${wanted.at(-1)?.id}`, notice.address);
}

function messageOf(fired: readonly AlertSummary[]): { readonly text: string; readonly address: string } {
  const [first] = fired;
  const address = addressOf('alerts');
  if (first !== undefined && fired.length === 1)
    return { text: alertText(first), address: pairAddress(first) ?? address };
  const names = [...new Set(fired.map(({ ruleName }) => ruleName))];
  const rules = `${names.slice(0, RULES_NAMED_MAX).join(', ')}${names.length > RULES_NAMED_MAX ? ' …' : ''}`;
  return { text: t('alerts.toast.several', { count: count('alerts', fired.length), rules }), address };
}

/** Until the next look, which is at once where the page comes into sight. */
async function rest(): Promise<void> {
  await new Promise<void>((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
      resolve();
    };
    const seen = (): void => {
      if (!document.hidden) over();
    };
    const timer = setTimeout(over, document.hidden ? HIDDEN_POLL_MS : POLL_MS);
    document.addEventListener('visibilitychange', seen);
  });
}
