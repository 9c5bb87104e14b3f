// What a client of protocol v2 asks, read from its message. Foreign data: every mistake is named back with its field, what
// was there and what was expected; none is thrown.

import { exchangeKey } from '../core/exchange.js';
import { instrumentKey } from '../core/instrument.js';
import { jsonText } from '../core/json-text.js';
import { symbolKey } from '../core/symbol.js';
import { CONFLATE_MS, FORMATS, type PairNames, type Since, STREAMS, type Stream } from './protocol.js';

export interface Wanted {
  readonly streams: ReadonlySet<Stream>;
  /** Keys as core compares them; null = all. */
  readonly symbols: ReadonlySet<string> | null;
  readonly exchanges: ReadonlySet<string> | null;
  readonly pairs: readonly PairNames[];
  /** Instrument keys of the pairs' legs; their quotes are wanted whatever the lists say. */
  readonly legs: ReadonlySet<string>;
  readonly conflateMs: number;
  readonly isBinary: boolean;
  readonly since: Since | null;
  /** As they were written, for telling which are unknown. */
  readonly written: { readonly symbols: readonly string[]; readonly exchanges: readonly string[] };
}

type Id = string | number | null;

export interface Problem {
  readonly field: string;
  readonly value: string;
  readonly expected: string;
}

export type Request =
  | { readonly op: 'subscribe'; readonly id: Id; readonly wanted: Wanted }
  | { readonly op: 'unsubscribe' | 'ping'; readonly id: Id }
  | { readonly op: 'error'; readonly id: Id; readonly problem: Problem };

export interface RequestLimits {
  readonly namesMax: number;
  readonly pairsMax: number;
  /** Where the request does not say. */
  readonly conflateMs: number;
}

const NAME_LENGTH_MAX = 64;
const SHOWN_LENGTH_MAX = 80;

class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.field);
  }
}

/** Unknown fields are ignored; null is as if absent. Never throws. */
export function readRequest(data: Buffer, limits: RequestLimits): Request {
  let id: Id = null;
  try {
    const fields = fieldsOf(data);
    id = idOf(fields);
    const op = fields['op'];
    if (op === 'unsubscribe' || op === 'ping') return { op, id };
    if (op !== 'subscribe') refuse('op', op, 'subscribe, unsubscribe or ping');
    return { op: 'subscribe', id, wanted: wantedOf(fields, limits) };
  } catch (error) {
    if (error instanceof Refused) return { op: 'error', id, problem: error.problem };
    throw error;
  }
}

function refuse(field: string, value: unknown, expected: string): never {
  const shown = value === undefined ? 'nothing' : jsonText(value);
  throw new Refused({ field, value: shortened(shown), expected });
}

function shortened(text: string): string {
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}

function fieldsOf(data: Buffer): Record<string, unknown> {
  const text = data.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused({ field: 'message', value: shortened(text), expected: 'a JSON object' });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse('message', value, 'a JSON object');
  return Object.fromEntries(Object.entries(value as object).filter(([, field]) => field !== null));
}

function idOf(fields: Record<string, unknown>): Id {
  const { id } = fields;
  if (id === undefined) return null;
  if (typeof id === 'number') return id;
  if (typeof id === 'string' && id.length <= NAME_LENGTH_MAX) return id;
  return refuse('id', id, `a number, or a string of at most ${NAME_LENGTH_MAX} characters`);
}

function wantedOf(fields: Record<string, unknown>, limits: RequestLimits): Wanted {
  const streams = new Set(listOf(fields, 'streams', STREAMS.length, streamOf) ?? []);
  if (streams.size === 0) refuse('streams', fields['streams'], `one or more of ${STREAMS.join(', ')}`);
  const symbols = listOf(fields, 'symbols', limits.namesMax, nameOf);
  const exchanges = listOf(fields, 'exchanges', limits.namesMax, nameOf);
  const pairs = listOf(fields, 'pairs', limits.pairsMax, pairOf) ?? [];
  if (streams.has('spreads') && pairs.length === 0)
    refuse(
      'pairs',
      fields['pairs'],
      'one or more [symbol, exchange1, exchange2] where spreads are asked for',
    );
  const legs = new Set(
    pairs.flatMap(([symbol, one, two]) => [instrumentKey(one, symbol), instrumentKey(two, symbol)]),
  );
  // With pairs and no lists it is their legs that are wanted.
  const none = pairs.length > 0 && symbols === null && exchanges === null;
  return {
    streams,
    symbols: none ? new Set() : symbols && new Set(symbols.map(symbolKey)),
    exchanges: exchanges && new Set(exchanges.map(exchangeKey)),
    pairs,
    legs,
    conflateMs: oneOf(fields, 'conflate', CONFLATE_MS) ?? limits.conflateMs,
    isBinary: oneOf(fields, 'format', FORMATS) === 'binary',
    since: sinceOf(fields['since']),
    written: { symbols: symbols ?? [], exchanges: exchanges ?? [] },
  };
}

function listOf<T>(
  fields: Record<string, unknown>,
  field: string,
  lengthMax: number,
  read: (value: unknown, at: string) => T,
): T[] | null {
  const value = fields[field];
  if (value === undefined) return null;
  if (!Array.isArray(value)) return refuse(field, value, 'a list');
  if (value.length > lengthMax) refuse(field, value.length, `a list of at most ${lengthMax}`);
  return value.map((entry, n) => read(entry, `${field}[${n}]`));
}

function streamOf(value: unknown, at: string): Stream {
  return STREAMS.find((stream) => stream === value) ?? refuse(at, value, `one of ${STREAMS.join(', ')}`);
}

function nameOf(value: unknown, at: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= NAME_LENGTH_MAX) return value;
  return refuse(at, value, `a name of 1 to ${NAME_LENGTH_MAX} characters`);
}

function pairOf(value: unknown, at: string): PairNames {
  if (!Array.isArray(value) || value.length !== 3) refuse(at, value, '[symbol, exchange1, exchange2]');
  const [symbol, one, two] = (value as unknown[]).map((name, n) => nameOf(name, `${at}[${n}]`));
  if (exchangeKey(one!) === exchangeKey(two!)) refuse(at, value, 'two exchanges');
  return [symbol!, one!, two!];
}

function oneOf<T extends string | number>(
  fields: Record<string, unknown>,
  field: string,
  allowed: readonly T[],
): T | undefined {
  const value = fields[field];
  if (value === undefined) return undefined;
  return allowed.find((one) => one === value) ?? refuse(field, value, `one of ${allowed.join(', ')}`);
}

function sinceOf(value: unknown): Since | null {
  if (value === undefined) return null;
  const { epoch, seq } = (typeof value === 'object' ? value : {}) as Partial<Record<string, unknown>>;
  for (const [name, number] of Object.entries({ epoch, seq }))
    if (!Number.isSafeInteger(number) || (number as number) < 0)
      refuse(`since.${name}`, number, 'a whole number, as a server gave it');
  return { epoch: epoch as number, seq: seq as number };
}
