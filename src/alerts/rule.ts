// A rule of alerts as it is kept, and how one is read from what somebody sent or a file holds. Pure. Whatever is wrong is named
// with its field, what was expected and what was there; nothing is guessed.

import { exchangeKey } from '../core/exchange.js';
import { jsonText } from '../core/json-text.js';
import { symbolKey, unifiedFromSpelling } from '../core/symbol.js';

/**
 * `spread`: the bid/bid spread whichever way, percent. `edge`: the better executable spread less the costs of a round trip,
 * basis points. `percentile`: where the spread lies in the pair's own statistics, counted from its nearer end, 50 … 100.
 */
export const MEASURES = ['spread', 'edge', 'percentile'] as const;
export type Measure = (typeof MEASURES)[number];

export interface AlertRule {
  /** `r1`, `r2` …: given once, never again. */
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly on: Measure;
  /** Unified: `BTC/USDT`; null = every one. */
  readonly symbol: string | null;
  /** One alone is either leg, both are the two legs in either order; null = any. */
  readonly exchange1: string | null;
  readonly exchange2: string | null;
  /** Met while the measured value is above it. */
  readonly above: number;
  /** After it fired the value must have been below this before it may fire again for the same pair. */
  readonly rearmBelow: number;
  /** And so long must have passed. */
  readonly cooldownSeconds: number;
  /** Met for so long without a break before it fires. */
  readonly holdSeconds: number;
  /** What an open page does. */
  readonly sound: boolean;
  readonly notify: boolean;
  /** Names of targets in the configuration. */
  readonly to: readonly string[];
}

/** A field that cannot be: for people. */
export class RuleError extends Error {
  constructor(
    readonly field: string,
    readonly expected: string,
    readonly was: string,
  ) {
    super(`${field}: expected ${expected}, was ${was}`);
  }
}

export const RULE_LIMITS = {
  nameLengthMax: 100,
  /** Of a symbol or an exchange. */
  wordLengthMax: 64,
  cooldownSecondsMax: 86_400,
  holdSecondsMax: 3_600,
  targetsMax: 16,
} as const;

const COOLDOWN_SECONDS_DEFAULT = 300;
/** By default a value must fall back by so much of its way from where it began. */
const FALL_BACK = 0.2;
/** And an edge by so much at least: it may begin anywhere. */
const FALL_BACK_BPS_MIN = 2;
const DIGITS = 12;

/** Where `above` and `rearmBelow` may lie, without the ends; `from` is where the value begins. */
const RANGES: Readonly<
  Record<Measure, { readonly from: number; readonly to: number; readonly unit: string }>
> = {
  spread: { from: 0, to: 1_000, unit: 'percent' },
  edge: { from: -10_000, to: 1_000_000, unit: 'basis points' },
  percentile: { from: 50, to: 100, unit: 'percent' },
};

/** An edge may have to fall lower than any threshold. */
const REARM_BPS_FROM = -20_000;

const FIELDS: readonly string[] = [
  ...['id', 'pairs', 'name', 'enabled', 'on', 'symbol', 'exchange1', 'exchange2', 'above', 'rearmBelow'],
  ...['cooldownSeconds', 'holdSeconds', 'sound', 'notify', 'to'],
];

export interface RuleContext {
  /** Names that `to` may hold; null = any: what a file says of targets was true when it was written. */
  readonly targets: readonly string[] | null;
  /** An exchange as it is written everywhere. */
  readonly spelled: (exchange: string) => string;
}

type Body = Readonly<Record<string, unknown>>;

/** `id` is the rule's, whatever the body says. What is left out has its default. Throws RuleError. */
export function readRule(body: unknown, id: string, context: RuleContext): AlertRule {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new RuleError('rule', 'a JSON object', shown(body));
  const fields = body as Body;
  for (const key of Object.keys(fields))
    if (!FIELDS.includes(key))
      throw new RuleError(key.slice(0, 64), `one of ${FIELDS.join(', ')}`, 'that name');
  const on = MEASURES.find((measure) => measure === fields['on']);
  if (on === undefined) throw wrong(fields, 'on', `one of ${MEASURES.join(', ')}`);
  const above = number(fields, 'above', RANGES[on]);
  if (above === undefined) throw wrong(fields, 'above', aNumber(RANGES[on]));
  const [exchange1, exchange2] = (['exchange1', 'exchange2'] as const).map((field) => {
    const name = word(fields, field);
    return name === null ? null : context.spelled(name);
  }) as [string | null, string | null];
  if (exchange1 !== null && exchange2 !== null && exchangeKey(exchange1) === exchangeKey(exchange2))
    throw new RuleError('exchange2', 'another exchange than exchange1', shown(exchange2));
  return {
    id,
    name: ruleName(fields),
    enabled: truth(fields, 'enabled', true),
    on,
    symbol: symbolOf(fields),
    exchange1,
    exchange2,
    above,
    rearmBelow: rearmOf(fields, on, above),
    cooldownSeconds: seconds(
      fields,
      'cooldownSeconds',
      RULE_LIMITS.cooldownSecondsMax,
      COOLDOWN_SECONDS_DEFAULT,
    ),
    holdSeconds: seconds(fields, 'holdSeconds', RULE_LIMITS.holdSecondsMax, 0),
    sound: truth(fields, 'sound', true),
    notify: truth(fields, 'notify', true),
    to: targetNames(fields, context.targets),
  };
}

/** A spread: four fifths of it. A percentile: four fifths of its way from 50. An edge: a fifth lower, at least 2 bp. */
export function rearmDefault(on: Measure, above: number): number {
  const { from } = RANGES[on];
  const backBy = on === 'edge' ? Math.abs(above) * FALL_BACK : (above - from) * FALL_BACK;
  const below = above - (on === 'edge' ? Math.max(FALL_BACK_BPS_MIN, backBy) : backBy);
  // 0.32 and not 0.32000000000000006: people read it.
  const rounded = Number(below.toPrecision(DIGITS));
  return rounded > from && rounded < above ? rounded : below;
}

/** What a value has passed: of a percentile at the low end 100 − `above`. */
export function thresholdOf({ on, above }: AlertRule, value: number): number {
  return on === 'percentile' && value < 50 ? 100 - above : above;
}

/** Whether the rule's state of its pairs goes on: what it measures and when it fires is the same. */
export function isSameCondition(one: AlertRule, other: AlertRule): boolean {
  return (
    one.enabled === other.enabled &&
    one.on === other.on &&
    one.symbol === other.symbol &&
    one.exchange1 === other.exchange1 &&
    one.exchange2 === other.exchange2 &&
    one.above === other.above &&
    one.rearmBelow === other.rearmBelow &&
    one.holdSeconds === other.holdSeconds
  );
}

function rearmOf(fields: Body, on: Measure, above: number): number {
  const from = on === 'edge' ? REARM_BPS_FROM : RANGES[on].from;
  const given = number(fields, 'rearmBelow', { ...RANGES[on], from, to: above });
  if (given !== undefined) return given;
  const below = rearmDefault(on, above);
  // So near to where values begin that no number lies between.
  if (!(below > from && below < above)) throw wrong(fields, 'above', aNumber(RANGES[on]));
  return below;
}

function ruleName(fields: Body): string {
  const value = fields['name'];
  const { nameLengthMax } = RULE_LIMITS;
  const name = typeof value === 'string' ? value.trim() : '';
  if (name === '' || name.length > nameLengthMax)
    throw wrong(fields, 'name', `a text of 1 to ${nameLengthMax} characters`);
  return name;
}

function symbolOf(fields: Body): string | null {
  const spelling = word(fields, 'symbol');
  if (spelling === null) return null;
  const symbol = unifiedFromSpelling(spelling);
  if (symbolKey(spelling) === '' || symbol.length > RULE_LIMITS.wordLengthMax)
    throw wrong(fields, 'symbol', 'a symbol such as BTC/USDT');
  return symbol;
}

/** Null where nothing is said. */
function word(fields: Body, field: string): string | null {
  const value = fields[field];
  if (value === undefined || value === null || value === '') return null;
  const { wordLengthMax } = RULE_LIMITS;
  if (typeof value !== 'string' || value.trim() === '' || value.length > wordLengthMax)
    throw wrong(fields, field, `a name of at most ${wordLengthMax} characters, or nothing`);
  return value.trim();
}

function number(
  fields: Body,
  field: string,
  range: { readonly from: number; readonly to: number; readonly unit: string },
): number | undefined {
  const value = fields[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !(value > range.from && value < range.to))
    throw wrong(fields, field, aNumber(range));
  // JSON has no -0.
  return value + 0;
}

function aNumber({
  from,
  to,
  unit,
}: {
  readonly from: number;
  readonly to: number;
  readonly unit: string;
}): string {
  return `a number above ${from} and below ${to} (${unit})`;
}

function seconds(fields: Body, field: string, max: number, otherwise: number): number {
  const value = fields[field];
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max)
    throw wrong(fields, field, `a whole number from 0 to ${max}`);
  return value;
}

function truth(fields: Body, field: string, otherwise: boolean): boolean {
  const value = fields[field];
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== 'boolean') throw wrong(fields, field, 'true or false');
  return value;
}

function targetNames(fields: Body, known: readonly string[] | null): readonly string[] {
  const value = fields['to'];
  if (value === undefined || value === null) return [];
  const { targetsMax } = RULE_LIMITS;
  if (!Array.isArray(value) || value.length > targetsMax || value.some((name) => typeof name !== 'string'))
    throw wrong(fields, 'to', `a list of at most ${targetsMax} names of targets`);
  const names = [...new Set(value as string[])];
  const unknown = known === null ? undefined : names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const expected = known!.length === 0 ? 'none: the configuration has none' : known!.join(', ');
    throw new RuleError('to', `names of alerts.targets in the configuration (${expected})`, shown(unknown));
  }
  return names;
}

function wrong(fields: Body, field: string, expected: string): RuleError {
  return new RuleError(field, expected, shown(fields[field]));
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : jsonText(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
