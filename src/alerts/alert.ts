// An alert: what fired, for which pair, with what numbers, and what became of it on its way out; and its words for people. Pure.

import { isoMicros, type Micros } from '../core/time.js';
import type { AlertRule, Measure } from './rule.js';

/** One alert on its way to one target. */
export interface Delivery {
  readonly target: string;
  state: 'pending' | 'sent' | 'failed';
  /** Why it failed, or why it is tried again; null where nothing is wrong. Never an address or a token. */
  reason: string | null;
}

export interface Alert {
  /** Ascending, over restarts too. */
  readonly id: number;
  readonly atUs: Micros;
  readonly rule: Pick<AlertRule, 'id' | 'name' | 'sound' | 'notify'>;
  /** Somebody wanted to see whether it arrives. */
  readonly test: boolean;
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  readonly on: Measure;
  /** Percent, basis points or percentile, as `on` says; null, like the others, where a leg does not stand. */
  readonly value: number | null;
  readonly threshold: number;
  readonly spreadPercent: number | null;
  readonly executable12Percent: number | null;
  readonly executable21Percent: number | null;
  readonly edgeBps: number | null;
  readonly delivered: readonly Delivery[];
}

/** As it is answered and sent. */
export interface AlertTold extends Omit<Alert, 'atUs' | 'rule'> {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly sound: boolean;
  readonly notify: boolean;
}

export function told({ atUs, rule, ...rest }: Alert): AlertTold {
  const { id: ruleId, name: ruleName, sound, notify } = rule;
  const delivered = rest.delivered.map((delivery) => ({ ...delivery }));
  return { ...rest, at: isoMicros(atUs), ruleId, ruleName, sound, notify, delivered };
}

/** Plain words, a line for each thing there is to say. */
export function inWords(alert: Alert): string {
  const { rule, symbol, exchange1, exchange2, executable12Percent, executable21Percent, atUs } = alert;
  return [
    `${alert.test ? 'Test of ' : ''}${rule.name}: ${symbol}, ${exchange1} and ${exchange2}`,
    `${measured(alert)}`,
    `spread ${percent(alert.spreadPercent)}, after costs ${shown(alert.edgeBps, 1)} bp`,
    `sell on ${exchange1}, buy on ${exchange2}: ${percent(executable12Percent)}; the other way round: ${percent(executable21Percent)}`,
    isoMicros(atUs).replace(/\.\d+Z$/, 'Z'),
  ].join('\n');
}

function measured({ on, value, threshold }: Alert): string {
  if (on === 'spread') return `spread ${percent(value)} is above ${threshold} %`;
  if (on === 'edge') return `net edge ${shown(value, 1)} bp is above ${threshold} bp`;
  const isLow = value !== null && value < 50;
  return `spread at percentile ${shown(value, 1)}, ${isLow ? 'below' : 'above'} ${threshold}`;
}

function percent(value: number | null): string {
  return value === null ? 'unknown' : `${value.toFixed(3)} %`;
}

function shown(value: number | null, digits: number): string {
  return value === null ? 'unknown' : value.toFixed(digits);
}
