// What somebody writes into the form of a rule, and what is sent of it. The server alone judges it: what is no number is sent as it
// was written, so that its answer can say so. Pure.

import type { AlertMeasure, AlertRuleSummary } from '../../src/api/contract.js';
import { language } from '../i18n/words.js';
import type { RuleBody } from './alerts.js';

export const MEASURES: readonly AlertMeasure[] = ['spread', 'edge', 'percentile'];

/** Fields in which something is written. */
export type TextField =
  | 'name'
  | 'symbol'
  | 'exchange1'
  | 'exchange2'
  | 'above'
  | 'rearmBelow'
  | 'cooldownSeconds'
  | 'holdSeconds';

export interface Draft extends Readonly<Record<TextField, string>> {
  readonly on: AlertMeasure;
  readonly enabled: boolean;
  readonly sound: boolean;
  readonly notify: boolean;
  readonly to: readonly string[];
}

/** With the server's defaults, and what the address says: `symbol`, `exchange1`, `exchange2`, `on`, `above`. */
export function newDraft(params: URLSearchParams): Draft {
  const [symbol = '', exchange1 = '', exchange2 = ''] = ['symbol', 'exchange1', 'exchange2'].map(
    (name) => params.get(name) ?? '',
  );
  const exchanges = [exchange1, exchange2].filter((name) => name !== '').join(' / ');
  return {
    name: [symbol, exchanges].filter((part) => part !== '').join(' '),
    on: MEASURES.find((one) => one === params.get('on')) ?? 'spread',
    ...{ symbol, exchange1, exchange2 },
    above: params.get('above') ?? '',
    rearmBelow: '',
    cooldownSeconds: '300',
    holdSeconds: '0',
    ...{ enabled: true, sound: true, notify: true, to: [] },
  };
}

export function draftOf(rule: AlertRuleSummary): Draft {
  const { name, on, symbol, exchange1, exchange2, enabled, sound, notify, to } = rule;
  return {
    ...{ name, on, enabled, sound, notify, to },
    symbol: symbol ?? '',
    exchange1: exchange1 ?? '',
    exchange2: exchange2 ?? '',
    above: String(rule.above),
    rearmBelow: String(rule.rearmBelow),
    cooldownSeconds: String(rule.cooldownSeconds),
    holdSeconds: String(rule.holdSeconds),
  };
}

export function bodyOf(draft: Draft): RuleBody {
  const { name, on, symbol, exchange1, exchange2, enabled, sound, notify, to } = draft;
  return {
    ...{ name, on, enabled, sound, notify, to },
    symbol: symbol.trim(),
    exchange1: exchange1.trim(),
    exchange2: exchange2.trim(),
    above: numberOf(draft.above),
    rearmBelow: numberOf(draft.rearmBelow),
    cooldownSeconds: numberOf(draft.cooldownSeconds),
    holdSeconds: numberOf(draft.holdSeconds),
  };
}

/** Null where nothing is written: the default. In Russian a comma is what a point is in English. */
function numberOf(text: string): number | string | null {
  const written = text.trim();
  if (written === '') return null;
  const plain = written.replace(/\s/g, '').replace(/^−/, '-');
  const digits = language === 'ru' ? plain.replace(',', '.') : plain;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : written.slice(0, 40);
}
