// States, reasons and queues in the language that was chosen. A word that a newer server has and this page does not is shown as it is:
// never left out, never guessed. Pure.

import type { QueueHealth } from '../../src/api/contract.js';
import { bytesText } from '../format.js';
import { numberText, type TextKey, t } from '../i18n/words.js';

/** What a state means to somebody who has a second: `good` needs no look, `bad` needs one now. */
export type Look = 'good' | 'wait' | 'bad' | 'off';

export interface StateWords {
  readonly text: string;
  readonly look: Look;
}

type Known = Readonly<Record<string, readonly [TextKey, Look]>>;

const EXCHANGE: Known = {
  starting: ['exchangeState.starting', 'wait'],
  running: ['exchangeState.running', 'good'],
  degraded: ['exchangeState.degraded', 'bad'],
  failed: ['exchangeState.failed', 'bad'],
  stopped: ['exchangeState.stopped', 'off'],
};
const CONNECTION: Known = {
  waiting: ['connectionState.waiting', 'bad'],
  connecting: ['connectionState.connecting', 'wait'],
  open: ['connectionState.open', 'wait'],
  live: ['connectionState.live', 'good'],
  stopped: ['connectionState.stopped', 'off'],
};
const INSTRUMENT: Known = {
  waiting: ['instrumentState.waiting', 'wait'],
  live: ['instrumentState.live', 'good'],
  stale: ['instrumentState.stale', 'bad'],
  refused: ['instrumentState.refused', 'bad'],
  down: ['instrumentState.down', 'bad'],
  left: ['instrumentState.left', 'off'],
};
const REJECTS: Readonly<Record<string, TextKey>> = {
  malformed: 'reject.malformed',
  'unknown-symbol': 'reject.unknown-symbol',
  'bad-price': 'reject.bad-price',
  'bad-size': 'reject.bad-size',
  'missing-field': 'reject.missing-field',
  'out-of-order': 'reject.out-of-order',
  'too-large': 'reject.too-large',
  unrecognised: 'reject.unrecognised',
  stale: 'reject.stale',
};
const EXCLUDED: Readonly<Record<string, TextKey>> = {
  'not-trading': 'excluded.not-trading',
  denied: 'excluded.denied',
  'not-allowed': 'excluded.not-allowed',
  quote: 'excluded.quote',
  'volume-low': 'excluded.volume-low',
  'volume-high': 'excluded.volume-high',
  duplicate: 'excluded.duplicate',
};
const QUEUES: Readonly<Record<string, TextKey>> = {
  journal: 'queue.journal',
  history: 'queue.history',
  alerts: 'queue.alerts',
  realtimeClients: 'queue.realtimeClients',
  feedClients: 'queue.feedClients',
  feedV2Clients: 'queue.feedV2Clients',
};
const RULES: Readonly<Record<string, TextKey>> = {
  'drop → Gap': 'rule.gap',
  'conflate-latest → Thinned': 'rule.conflate',
  'close-client': 'rule.close',
  refuse: 'rule.refuse',
  'drop → failed': 'rule.failed',
};
const UNITS: Readonly<Record<string, TextKey>> = {
  quotes: 'unit.quotes',
  requests: 'unit.requests',
  alerts: 'unit.alerts',
};

export const exchangeState = (state: string): StateWords => stateWords(EXCHANGE, state);
export const connectionState = (state: string): StateWords => stateWords(CONNECTION, state);
export const instrumentState = (state: string): StateWords => stateWords(INSTRUMENT, state);

function stateWords(known: Known, state: string): StateWords {
  const found = own(known, state);
  return found === undefined ? { text: state, look: 'wait' } : { text: t(found[0]), look: found[1] };
}

/** `3: malformed 2, bad price 1`; `0` where there are none. */
export function rejectsText(rejects: Readonly<Record<string, number>>): string {
  const parts = Object.entries(rejects).filter(([, times]) => times > 0);
  const total = parts.reduce((sum, [, times]) => sum + times, 0);
  if (parts.length === 0) return numberText(0);
  const named = parts
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, times]) => `${word(REJECTS, reason)} ${numberText(times)}`);
  return `${numberText(total)}: ${named.join(', ')}`;
}

export function excludedText(why: string): string {
  return word(EXCLUDED, why);
}

export function queueName(name: string): string {
  const number = /^ingest(\d+)$/.exec(name)?.[1];
  return number === undefined ? word(QUEUES, name) : t('queue.ingest', { number });
}

export function ruleText(overflow: string): string {
  return word(RULES, overflow);
}

/** `12.3 MB`, `3 requests`. */
export function amountText(amount: number, { unit }: Pick<QueueHealth, 'unit'>): string {
  return unit === 'bytes' ? bytesText(amount) : `${numberText(amount)} ${word(UNITS, unit)}`;
}

function word(known: Readonly<Record<string, TextKey>>, code: string): string {
  const key = own(known, code);
  return key === undefined ? code : t(key);
}

/** A word from outside may be the name of what every object has. */
function own<T>(known: Readonly<Record<string, T>>, code: string): T | undefined {
  return Object.hasOwn(known, code) ? known[code] : undefined;
}
