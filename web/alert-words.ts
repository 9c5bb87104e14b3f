// Rules and alerts in words: what a rule is about, values and thresholds with their units. Pure; never rounds what somebody has set.

import type { AlertMeasure, AlertRuleSummary, AlertSummary } from '../src/api/contract.js';
import { ABSENT, percentText, priceText } from './format.js';
import { t } from './i18n/words.js';
import { addressOf, addressOfPair } from './state/route.js';

/** Below this a spread needs more digits than it has elsewhere. */
const SMALL_PERCENT = 0.1;
const DIGITS = 3;
/** What the server names where a rule that is tested has no pair. */
const NOBODY: Readonly<Record<string, 'alerts.anySymbol' | 'alerts.anyExchange' | 'alerts.anyOther'>> = {
  'any symbol': 'alerts.anySymbol',
  'any exchange': 'alerts.anyExchange',
  'any other': 'alerts.anyOther',
};

/** A number that somebody has set, with every digit: `0.4 %`, `−12 bp`, `percentile 95`. */
export function thresholdText(on: AlertMeasure, value: number): string {
  return t(`alerts.value.${on}`, { value: signed(priceText(value)) });
}

/** A number that was measured: `+0.412 %`, `+12.3 bp`, `percentile 97.2`. */
export function measuredText(on: AlertMeasure, value: number | null): string {
  if (value === null) return ABSENT;
  if (on === 'percentile') return t('alerts.value.percentile', { value: value.toFixed(1) });
  if (on === 'spread' && (Math.abs(value) >= SMALL_PERCENT || value === 0)) return percentText(value);
  const digits = on === 'spread' ? priceText(Number(value.toPrecision(DIGITS))) : value.toFixed(1);
  return t(`alerts.value.${on}`, { value: value > 0 ? `+${digits}` : signed(digits) });
}

/** The low end of a percentile that fires above `above`. */
export function lowEnd(above: number): number {
  return Number((100 - above).toPrecision(12));
}

/** `Spread: BTC/USDT, Binance and any other`. */
export function watchesText({ on, symbol, exchange1, exchange2 }: AlertRuleSummary): string {
  return `${t(`alerts.on.${on}`)}: ${symbol ?? t('alerts.anySymbol')}, ${exchangesText(exchange1, exchange2)}`;
}

export function firesText({ on, above }: AlertRuleSummary): string {
  if (on !== 'percentile') return t('alerts.firesAbove', { above: thresholdText(on, above) });
  return t('alerts.firesBothEnds', { above: thresholdText(on, above), low: String(lowEnd(above)) });
}

export function rearmsText({ on, rearmBelow }: AlertRuleSummary): string {
  const below = thresholdText(on, rearmBelow);
  if (on !== 'percentile') return t('alerts.rearmsBelow', { below });
  return t('alerts.rearmsBetween', { low: String(lowEnd(rearmBelow)), below: String(rearmBelow) });
}

/** Exactly: `90 s`, `5 min`, `2 h`. */
export function secondsText(seconds: number): string {
  if (seconds > 0 && seconds % 3_600 === 0) return `${seconds / 3_600} ${t('unit.h')}`;
  if (seconds > 0 && seconds % 60 === 0) return `${seconds / 60} ${t('unit.min')}`;
  return `${seconds} ${t('unit.s')}`;
}

/** `BTC/USDT Binance / OKX`. */
export function pairText({ symbol, exchange1, exchange2 }: AlertSummary): string {
  const [coin, one, other] = [symbol, exchange1, exchange2].map(nameText);
  return `${coin} ${one} / ${other}`;
}

/** The view of its pair; null where a test found none. */
export function pairAddress({ symbol, exchange1, exchange2 }: AlertSummary): string | null {
  if ([symbol, exchange1, exchange2].some((name) => NOBODY[name] !== undefined)) return null;
  return addressOfPair(symbol, exchange1, exchange2);
}

/** What a message says of an alert. */
export function alertText(alert: AlertSummary): string {
  const { test, ruleName, on, value } = alert;
  const values = { rule: ruleName, pair: pairText(alert), value: measuredText(on, value) };
  return t(test ? 'alerts.toast.test' : 'alerts.toast.one', values);
}

export function addressOfRule(id: string): string {
  return addressOf('alerts', [], new URLSearchParams({ rule: id }));
}

function exchangesText(exchange1: string | null, exchange2: string | null): string {
  const [one = null, other = t('alerts.anyOther')] = [exchange1, exchange2].filter((name) => name !== null);
  return one === null ? t('alerts.anyExchange') : t('alerts.and', { one, other });
}

function nameText(name: string): string {
  const nobody = NOBODY[name];
  return nobody === undefined ? name : t(nobody);
}

function signed(digits: string): string {
  return digits.replace('-', '−');
}
