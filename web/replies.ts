// Reads what the server answered: classified and counted, never guessed, never trusted to have its shape.
// Pure: no network and no page in here.

import type {
  ChartData,
  ExchangeHealth,
  LiveChart,
  LiveMessage,
  OpportunitySummary,
  PairName,
} from '../src/api/contract.js';

export interface Opportunities {
  readonly opportunities: readonly OpportunitySummary[];
  readonly warnings: readonly string[];
  /** The statistics that it is of; null where there are none, undefined where that is not told. */
  readonly file: string | null | undefined;
  /** Of the filter; null where that is not told. */
  readonly minCycles: number | null;
}

/** The health reply as far as it could be read; `exchanges` in the order of the reply. */
export interface HealthView {
  readonly status: string;
  readonly reasons: readonly string[];
  /** The server's own time, epoch seconds. */
  readonly atSeconds: number | null;
  /** What it says about the pairs it watches live; null where it has nothing to say. */
  readonly windowsNote: string | null;
  /** The newest statistics; null where there are none, undefined where it says nothing of them. */
  readonly statisticsFile: string | null | undefined;
  readonly uptimeSeconds: number | null;
  readonly rssMb: number | null;
  readonly exchanges: readonly (readonly [name: string, health: Partial<ExchangeHealth>])[];
}

/** A chart, or what is wrong with the line, in words. */
export function readChart(line: string): ChartData | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not JSON';
  }
  return chartOf(value);
}

/** A message of the live stream, or what is wrong with it, in words. */
export function readLive(text: string): LiveMessage | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  if (!isRecord(value)) return 'not an object';
  const { type, seq, charts: given, removed: gone = [], more } = value;
  if (type !== 'snapshot' && type !== 'delta') return 'neither a snapshot nor a delta';
  if (typeof seq !== 'number' || !Array.isArray(given) || !Array.isArray(gone)) return 'no number or charts';
  const charts: LiveChart[] = [];
  for (const one of given) {
    const chart = liveChartOf(one);
    if (typeof chart === 'string') return chart;
    charts.push(chart);
  }
  const rest = more === true ? ({ more: true } as const) : {};
  if (type === 'snapshot') return { type, seq, charts, ...rest };
  return { type, seq, charts, removed: gone.filter(isPairName), ...rest };
}

function liveChartOf(value: unknown): LiveChart | string {
  const chart = chartOf(value);
  if (typeof chart === 'string') return chart;
  const { window, coversFrom, retractedFrom, late = [] } = value as Record<string, unknown>;
  if (typeof window !== 'number' || !isMoment(coversFrom)) return 'no window or coversFrom';
  if (!isNames(late)) return 'late is not a list of names';
  if (retractedFrom === undefined) return { ...chart, window, coversFrom, late };
  return isMoment(retractedFrom)
    ? { ...chart, window, coversFrom, late, retractedFrom }
    : 'retractedFrom is not a moment';
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function chartOf(value: unknown): ChartData | string {
  if (!isRecord(value)) return 'not an object';
  if (typeof value['error'] === 'string') return `the server says: ${value['error']}`;
  const { timestamps, spreads, upperBand, lowerBand } = value;
  if (!isPairName(value)) return 'no symbol, exchange1 or exchange2';
  if (!isTimes(timestamps)) return 'timestamps are not ascending epoch seconds';
  if (!isColumn(spreads) || !isColumn(upperBand) || !isColumn(lowerBand)) {
    return 'a column is not a list of numbers and nulls';
  }
  if ([spreads, upperBand, lowerBand].some((column) => column.length !== timestamps.length)) {
    return 'columns of different length';
  }
  const { symbol, exchange1, exchange2 } = value;
  return { symbol, exchange1, exchange2, timestamps, spreads, upperBand, lowerBand };
}

/** The list, or what is wrong with the reply, in words. */
export function readOpportunities(value: unknown): Opportunities | string {
  if (!isRecord(value) || !Array.isArray(value['opportunities'])) return 'no list of opportunities in it';
  const opportunities = value['opportunities'].filter(isOpportunity);
  const warnings = Array.isArray(value['warnings']) ? value['warnings'].map(warningText) : [];
  const unreadable = value['opportunities'].length - opportunities.length;
  if (unreadable > 0) warnings.push(`opportunities that could not be read: ${unreadable}`);
  const { file, minCycles } = value;
  return { opportunities, warnings, file: fileOf(file), minCycles: numberOf(minCycles) };
}

export function readHealth(value: unknown): HealthView | string {
  if (!isRecord(value) || typeof value['status'] !== 'string') return 'no status in it';
  const { status, reasons, timestamp, uptime, memory, windows, statistics, exchanges } = value;
  return {
    status,
    reasons: Array.isArray(reasons) ? reasons.map(warningText) : [],
    atSeconds: typeof timestamp === 'string' ? secondsOf(timestamp) : null,
    statisticsFile: isRecord(statistics) ? fileOf(statistics['file']) : undefined,
    windowsNote: isRecord(windows) ? textOf(windows['note']) : null,
    uptimeSeconds: isRecord(uptime) ? numberOf(uptime['totalSeconds']) : null,
    rssMb: isRecord(memory) ? numberOf(memory['rssMb']) : null,
    exchanges: isRecord(exchanges)
      ? Object.entries(exchanges).map(([name, given]) => [name, exchangeOf(given)] as const)
      : [],
  };
}

/** What an error reply says for itself, or an empty string. */
export function errorText(value: unknown): string {
  if (!isRecord(value)) return '';
  const said = value['message'] ?? value['error'] ?? value['detail'];
  return typeof said === 'string' ? said : '';
}

function exchangeOf(given: unknown): Partial<ExchangeHealth> {
  if (!isRecord(given)) return {};
  const { state, reason, instruments, lastMessageAgeMs, reconnects } = given;
  return {
    ...(typeof state === 'string' ? { state: state as ExchangeHealth['state'] } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof instruments === 'number' ? { instruments } : {}),
    ...(typeof lastMessageAgeMs === 'number' ? { lastMessageAgeMs } : {}),
    ...(typeof reconnects === 'number' ? { reconnects } : {}),
  };
}

function warningText(warning: unknown): string {
  if (typeof warning === 'string') return warning;
  return errorText(warning) || JSON.stringify(warning);
}

function isOpportunity(value: unknown): value is OpportunitySummary {
  return isRecord(value) && isPairName(value) && typeof value['opportunityCycles'] === 'number';
}

function isPairName<T>(value: T): value is T & PairName {
  if (!isRecord(value)) return false;
  const { symbol, exchange1, exchange2 } = value;
  return typeof symbol === 'string' && typeof exchange1 === 'string' && typeof exchange2 === 'string';
}

function isTimes(value: unknown): value is number[] {
  if (!Array.isArray(value)) return false;
  return value.every((at, i) => isMoment(at) && (i === 0 || at >= value[i - 1]));
}

/** What a Date can hold, in seconds. */
function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 8.64e12;
}

function isColumn(value: unknown): value is (number | null)[] {
  return Array.isArray(value) && value.every((cell) => cell === null || typeof cell === 'number');
}

/** Of ISO 8601; not every browser reads more digits than milliseconds. */
function secondsOf(iso: string): number | null {
  const ms = Date.parse(iso.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(ms) ? null : ms / 1_000;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function fileOf(value: unknown): string | null | undefined {
  return typeof value === 'string' || value === null ? value : undefined;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
