// The replies of /api/alerts, checked before they are believed: a server of another version may say anything. Pure.

import type { AlertSummary, AlertsReply, AlertsSinceReply } from '../../src/api/contract.js';
import { amiss, type Kind, listAmiss } from './reply-shape.js';

type Shape = Readonly<Record<string, Kind>>;

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
  const wrong = amiss(value, {
    ...{ lastId: 'number', sendsOutside: 'boolean', limits: 'object' },
    ...{ rules: 'list', alerts: 'list', targets: 'list' },
  });
  if (wrong !== null) return wrong;
  const reply = value as AlertsReply;
  return (
    listAmiss('rules', reply.rules, RULE) ??
    listAmiss('alerts', reply.alerts, ALERT) ??
    listAmiss('targets', reply.targets, TARGET) ??
    amiss(reply.limits, LIMITS, 'limits.') ??
    measuresAmiss('rules', reply.rules) ??
    measuresAmiss('alerts', reply.alerts) ??
    reply
  );
}

export function readSince(value: unknown): AlertsSinceReply | string {
  const wrong = amiss(value, { lastId: 'number', alerts: 'list' });
  if (wrong !== null) return wrong;
  const reply = value as AlertsSinceReply;
  return listAmiss('alerts', reply.alerts, ALERT) ?? measuresAmiss('alerts', reply.alerts) ?? reply;
}

/** Epoch seconds. */
export function atSeconds({ at }: AlertSummary): number {
  // Not every browser reads more digits than milliseconds.
  return Date.parse(at.replace(/(\.\d{3})\d+/, '$1')) / 1_000;
}

/** What a rule or an alert measures decides its words. */
function measuresAmiss(name: string, list: readonly { readonly on: unknown }[]): string | null {
  const at = list.findIndex(({ on }) => !MEASURES.includes(on));
  return at < 0 ? null : `${name}[${at}].on: expected a measure`;
}
