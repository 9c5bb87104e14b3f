// The replies of /api/alerts, checked before they are believed: a server of another version may say anything. Pure.

import type { AlertSummary, AlertsReply, AlertsSinceReply } from '../../src/api/contract.js';

type Shape = Readonly<Record<string, 'string' | 'number' | 'boolean' | 'list'>>;

const RULE: Shape = {
  ...{ id: 'string', name: 'string', enabled: 'boolean', above: 'number', rearmBelow: 'number' },
  ...{ cooldownSeconds: 'number', holdSeconds: 'number', sound: 'boolean', notify: 'boolean', to: 'list' },
  pairs: 'number',
};
const ALERT: Shape = {
  ...{ id: 'number', at: 'string', ruleId: 'string', ruleName: 'string', sound: 'boolean' },
  ...{ notify: 'boolean', test: 'boolean', symbol: 'string', exchange1: 'string', exchange2: 'string' },
  ...{ threshold: 'number', delivered: 'list' },
};
const TARGET: Shape = { name: 'string', kind: 'string' };
const LIMITS: Shape = {
  ...{ rulesMax: 'number', alertsMax: 'number', nameLengthMax: 'number', targetsMax: 'number' },
  ...{ cooldownSecondsMax: 'number', holdSecondsMax: 'number' },
};
const MEASURES: readonly unknown[] = ['spread', 'edge', 'percentile'];

/** What is wrong with it, in words, where something is. */
export function readAlerts(value: unknown): AlertsReply | string {
  if (!isRecord(value)) return 'expected an object';
  const { lastId, sendsOutside, limits } = value;
  if (typeof lastId !== 'number') return 'lastId: expected a number';
  if (typeof sendsOutside !== 'boolean') return 'sendsOutside: expected true or false';
  const wrong =
    listed('rules', value['rules'], RULE) ??
    listed('alerts', value['alerts'], ALERT) ??
    listed('targets', value['targets'], TARGET) ??
    shaped('limits', limits, LIMITS);
  return wrong ?? (value as unknown as AlertsReply);
}

export function readSince(value: unknown): AlertsSinceReply | string {
  if (!isRecord(value) || typeof value['lastId'] !== 'number') return 'lastId: expected a number';
  return listed('alerts', value['alerts'], ALERT) ?? (value as unknown as AlertsSinceReply);
}

/** Epoch seconds. */
export function atSeconds({ at }: AlertSummary): number {
  // Not every browser reads more digits than milliseconds.
  return Date.parse(at.replace(/(\.\d{3})\d+/, '$1')) / 1_000;
}

function listed(name: string, value: unknown, shape: Shape): string | null {
  if (!Array.isArray(value)) return `${name}: expected a list`;
  for (const [at, one] of value.entries()) {
    const wrong = shaped(`${name}.${at}`, one, shape);
    if (wrong !== null) return wrong;
    // What a rule or an alert measures decides its words.
    if (name !== 'targets' && !MEASURES.includes(one.on)) return `${name}.${at}.on: expected a measure`;
  }
  return null;
}

function shaped(name: string, value: unknown, shape: Shape): string | null {
  if (!isRecord(value)) return `${name}: expected an object`;
  for (const [field, type] of Object.entries(shape)) {
    const is = value[field];
    if (type === 'list' ? !Array.isArray(is) : typeof is !== type)
      return `${name}.${field}: expected a ${type}`;
  }
  return null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
