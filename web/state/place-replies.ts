// The replies that the views of exchanges and of the lake show, checked before they are believed: a server of another version may
// say anything. Pure.

import type {
  ConnectionSummary,
  ConnectionsReply,
  ExchangeConnections,
  Health,
  HourCoverage,
  LakeCoverageReply,
  LakeReply,
  SymbolSummary,
} from '../../src/api/contract.js';
import { amiss, type Kind, listAmiss } from './reply-shape.js';

/** Each of these says what is wrong with the reply, in words, where something is. */
export function readConnections(value: unknown): ConnectionsReply | string {
  const wrong = amiss(value, { timestamp: 'string', exchanges: 'list' });
  if (wrong !== null) return wrong;
  const reply = value as ConnectionsReply;
  return listAmiss('exchanges', reply.exchanges, EXCHANGE) ?? connectionsAmiss(reply.exchanges) ?? reply;
}

export function readSymbols(value: unknown): { readonly symbols: readonly SymbolSummary[] } | string {
  const wrong = amiss(value, { symbols: 'list' });
  if (wrong !== null) return wrong;
  const reply = value as { symbols: readonly SymbolSummary[] };
  return listAmiss('symbols', reply.symbols, SYMBOL) ?? reply;
}

export type ProcessHealth = Pick<
  Health,
  'status' | 'reasons' | 'timestamp' | 'uptime' | 'memory' | 'loop' | 'queues'
>;

export function readProcess(value: unknown): ProcessHealth | string {
  const wrong = amiss(value, {
    ...{ status: 'string', reasons: 'list', timestamp: 'string' },
    ...{ uptime: 'object', memory: 'object', loop: 'object', queues: 'object' },
  });
  if (wrong !== null) return wrong;
  const reply = value as ProcessHealth;
  const { uptime, memory, loop, queues } = reply;
  return (
    amiss(uptime, { totalSeconds: 'number' }, 'uptime.') ??
    amiss(memory, { rssMb: 'number' }, 'memory.') ??
    amiss(loop, { recentMsMax: 'number', msMax: 'number' }, 'loop.') ??
    listAmiss('queues', Object.values(queues), QUEUE) ??
    reply
  );
}

export function readLake(value: unknown): LakeReply | string {
  const wrong = amiss(value, LAKE);
  if (wrong !== null) return wrong;
  const reply = value as LakeReply;
  return (
    listAmiss('days', reply.days, DAY) ??
    amiss(reply.underWay, SIZE, 'underWay.') ??
    amiss(reply.broken, SIZE, 'broken.') ??
    amiss(reply.journal, { waitingBytes: 'number', droppedQuotes: 'number' }, 'journal.') ??
    amiss(reply.kept, { hotDays: 'number', retentionDays: 'number?', bytesMax: 'number?' }, 'kept.') ??
    reply
  );
}

export function readCoverage(value: unknown): LakeCoverageReply | string {
  const wrong = amiss(value, { from: 'number', hours: 'number', rows: 'list', leftOut: 'number' });
  if (wrong !== null) return wrong;
  const reply = value as LakeCoverageReply;
  const row = listAmiss('rows', reply.rows, { name: 'string', covered: 'list', gap: 'list' });
  if (row !== null) return row;
  const isWide = ({ covered, gap }: HourCoverage): boolean =>
    covered.length === reply.hours && gap.length === reply.hours;
  return reply.rows.every(isWide) ? reply : `rows: expected ${reply.hours} hours in each`;
}

const EXCHANGE: Readonly<Partial<Record<keyof ExchangeConnections, Kind>>> = {
  ...{ name: 'string', state: 'string', reason: 'string?', instruments: 'number', states: 'object' },
  ...{ lagging: 'number', lastMessageAgeMs: 'number?', reconnects: 'number', heals: 'number' },
  ...{ quotes: 'number', rejects: 'object', connections: 'list' },
};
const CONNECTION: Readonly<Partial<Record<keyof ConnectionSummary, Kind>>> = {
  ...{ name: 'string', state: 'string', reason: 'string?', symbols: 'number', states: 'object' },
  ...{ lagMs: 'number?', lastMessageAgeMs: 'number?', reconnects: 'number', heals: 'number' },
  ...{ frames: 'number', quotes: 'number', rejects: 'object', refused: 'list', refusedTotal: 'number' },
};
const SYMBOL: Readonly<Partial<Record<keyof SymbolSummary, Kind>>> = {
  ...{ exchange: 'string', symbol: 'string', exchangeSymbol: 'string', excluded: 'string?' },
  ...{ state: 'string?', reason: 'string?', lastQuoteAgeMs: 'number?', usualIntervalMs: 'number?' },
  heals: 'number?',
};
const QUEUE: Readonly<Record<string, Kind>> = {
  ...{ length: 'number', lengthMax: 'number', unit: 'string', overflow: 'string', overflowed: 'number' },
};
const LAKE: Readonly<Partial<Record<keyof LakeReply, Kind>>> = {
  ...{ root: 'string', at: 'string', recording: 'boolean', troubles: 'list', bytes: 'number' },
  ...{ files: 'number', days: 'list', daysTotal: 'number', oldest: 'string?', newest: 'string?' },
  ...{ underWay: 'object', broken: 'object', exchanges: 'number', symbols: 'number', instruments: 'number' },
  ...{ growthBytesPerDay: 'number?', growthDays: 'number', freeBytes: 'number?', skipped: 'number' },
  ...{ recordedSinceStart: 'number', journal: 'object', kept: 'object' },
};
const SIZE: Readonly<Record<string, Kind>> = { bytes: 'number', files: 'number' };
const DAY: Readonly<Record<string, Kind>> = {
  ...{ date: 'string', bytes: 'number', files: 'number', instruments: 'number', compacted: 'boolean' },
};

function connectionsAmiss(exchanges: readonly ExchangeConnections[]): string | null {
  for (const { name, connections } of exchanges) {
    const wrong = listAmiss(`connections of ${name}`, connections, CONNECTION);
    if (wrong !== null) return wrong;
  }
  return null;
}
