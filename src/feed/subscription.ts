// What a client of the feed may ask for, read from its message. Its messages are foreign data: every mistake
// is named back to it, none is thrown.

import { exchangeKey } from '../core/exchange.js';
import { symbolKey } from '../core/symbol.js';

/** Null = all of them. Keys as core compares them; an empty set lets nothing through. */
export interface Subscription {
  readonly symbols: ReadonlySet<string> | null;
  readonly exchanges: ReadonlySet<string> | null;
}

export const EVERYTHING: Subscription = { symbols: null, exchanges: null };

export type ClientMessage =
  | { readonly subscription: Subscription; readonly allSymbolInfo: boolean }
  /** A sentence for the client. */
  | { readonly problem: string };

const NAME_LENGTH_MAX = 64;

/**
 * `{"action":"subscribe","symbols":[…],"exchanges":[…],"allSymbolInfo":true}`; field names and values in any
 * case, symbols in any spelling, absent or null lists = all. Unknown fields are ignored. Never throws.
 */
export function parseClientMessage(data: Buffer, namesMax: number): ClientMessage {
  const fields = fieldsOf(data);
  if (fields === null) return { problem: 'expected a JSON object, like {"action":"subscribe"}' };
  const action = fields.get('action');
  if (typeof action !== 'string' || action.toLowerCase() !== 'subscribe')
    return { problem: 'action: expected "subscribe"' };
  const allSymbolInfo = fields.get('allsymbolinfo') ?? false;
  if (typeof allSymbolInfo !== 'boolean') return { problem: 'allSymbolInfo: expected true or false' };
  const symbols = namesOf(fields.get('symbols'), namesMax, symbolKey);
  if (typeof symbols === 'string') return { problem: `symbols: ${symbols}` };
  const exchanges = namesOf(fields.get('exchanges'), namesMax, exchangeKey);
  if (typeof exchanges === 'string') return { problem: `exchanges: ${exchanges}` };
  return { subscription: { symbols, exchanges }, allSymbolInfo };
}

/** By lower-case name; null when it is no JSON object. */
function fieldsOf(data: Buffer): ReadonlyMap<string, unknown> | null {
  let value: unknown;
  try {
    value = JSON.parse(data.toString());
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return new Map(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field as unknown]));
}

/** A string says what is wrong. */
function namesOf(
  value: unknown,
  namesMax: number,
  keyOf: (name: string) => string,
): ReadonlySet<string> | null | string {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) return 'expected a list of names';
  if (value.length > namesMax) return `expected at most ${namesMax} names`;
  const keys = new Set<string>();
  for (const name of value as unknown[]) {
    if (typeof name !== 'string' || name.length > NAME_LENGTH_MAX)
      return `expected names of at most ${NAME_LENGTH_MAX} characters`;
    keys.add(keyOf(name));
  }
  return keys;
}
