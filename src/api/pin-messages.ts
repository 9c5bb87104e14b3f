// What a client of the live charts may ask for, and what it is answered: a pair to be watched while it looks.
// Its messages are foreign data: every mistake is named back to it, none is thrown.

import { jsonText } from '../core/json-text.js';
import { symbolKey } from '../core/symbol.js';
import type { Opener } from '../sockets/origin.js';
import type { PinAnswer, PinDesk } from '../windows/watching.js';
import type { PairNames } from '../windows/window.js';
import type { PinReply } from './contract.js';

type Action = 'pin' | 'unpin';

const ACTIONS: readonly Action[] = ['pin', 'unpin'];
const FIELDS = ['symbol', 'exchange1', 'exchange2'] as const;
const NAME_LENGTH_MAX = 64;

/**
 * Answers one message of `client`. Null where it is no JSON object with an `action`: such messages were never
 * answered, and some clients send them to keep a connection open. Never throws.
 */
export function answerMessage(data: Buffer, client: object, opener: Opener, desk: PinDesk): PinReply | null {
  const fields = fieldsOf(data);
  if (fields === null || !('action' in fields)) return null;
  const action = ACTIONS.find((known) => known === fields['action']);
  if (action === undefined)
    return refusal(null, 'bad-field', expected('action', 'pin or unpin', fields['action']), 'action');
  if (!opener.mayChange) return refusal(action, 'origin', originExpected(opener));
  for (const field of FIELDS) {
    const problem = problemOf(field, fields[field]);
    if (problem !== null) return refusal(action, 'bad-field', problem, field);
  }
  // Names alone: whatever else the message holds is not kept.
  const { symbol, exchange1, exchange2 } = fields as unknown as PairNames;
  const pair = { symbol, exchange1, exchange2 };
  if (action === 'pin') return replyOf(desk.pin(client, pair));
  desk.unpin(client, pair);
  return { type: 'unpinned', ...pair };
}

function replyOf(answer: PinAnswer): PinReply {
  if ('pair' in answer) return { type: 'pinned', ...answer.pair };
  const { refused, message, limit } = answer;
  const reply = refusal('pin', refused, message, refused === 'same-exchange' ? 'exchange2' : undefined);
  return limit === undefined ? reply : { ...reply, limit };
}

function refusal(
  action: Action | null,
  reason: Extract<PinReply, { type: 'refused' }>['reason'],
  message: string,
  field?: string,
): Extract<PinReply, { type: 'refused' }> {
  return { type: 'refused', action, reason, message, ...(field === undefined ? {} : { field }) };
}

/** Null when it is no JSON object. */
function fieldsOf(data: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(data.toString());
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function problemOf(field: (typeof FIELDS)[number], value: unknown): string | null {
  const kind = field === 'symbol' ? 'a symbol such as BTC/USDT' : 'the name of an exchange';
  const isName = typeof value === 'string' && value.trim() !== '' && value.length <= NAME_LENGTH_MAX;
  return isName && (field !== 'symbol' || symbolKey(value) !== '') ? null : expected(field, kind, value);
}

function expected(field: string, what: string, value: unknown): string {
  const shown = value === undefined ? 'absent' : jsonText(value);
  return `${field}: expected ${what}, was ${shown.length > 80 ? `${shown.slice(0, 77)}…` : shown}`;
}

/** Why somebody may not change anything. */
export function originExpected({ origin }: Opener): string {
  return origin === null
    ? 'Origin: expected the page of this server, was absent, which is taken on loopback alone'
    : expected('Origin', 'the page of this server', origin);
}
