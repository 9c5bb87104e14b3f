// What the ledger tells of the coverage of some instruments: their gaps and other lines, when the connections of their
// exchanges proved themselves, when the process was down. Takes text in any order, and the same text twice.

import { exchangeKey } from '../core/exchange.js';
import { instrumentKey } from '../core/instrument.js';
import { dayStartUs, type Micros } from '../core/time.js';
import {
  type CoverageFacts,
  type Interval,
  PROOF_APART_US,
  type Restart,
  type ToldGap,
} from './coverage-rules.js';

/** Lines of a connection that follow each other closely enough. */
interface Stretch {
  fromUs: Micros;
  /** Stamp of the last one. */
  toUs: Micros;
  firstProvenUs: Micros;
  provenUs: Micros;
}

interface Connection {
  readonly exchange: string;
  readonly stretches: Stretch[];
}

interface Told {
  readonly gaps: Map<Micros, ToldGap>;
  readonly lineUs: Set<Micros>;
}

const NEWLINE = 10;
const QUOTE = 34;
/** `{"type":"a`: no other type begins so. */
const TYPE_AT = 9;
const ALIVE_INITIAL = 97;
const ALIVE = /"stampUs":(\d+),"connection":"((?:[^"\\]|\\.)*)","provenUs":(-?\d+(?:\.\d+)?)/;
const CONNECTION = '"connection":"';
const STAMP = /"stampUs":(\d+)/;
const FOLDED = /"fromUs":(\d+),"firstProvenUs":(-?\d+(?:\.\d+)?)/;

export class CoverageLines {
  readonly #told = new Map<string, Told>();
  readonly #exchanges = new Set<string>();
  /** By name as it is written; null = of no exchange that is asked for. */
  readonly #connections = new Map<string, Connection | null>();
  readonly #upByDownUs = new Map<Micros, Micros>();
  readonly #days = new Set<Micros>();
  #firstUs = Number.POSITIVE_INFINITY;

  constructor(instruments: readonly { readonly exchange: string; readonly symbol: string }[]) {
    for (const { exchange, symbol } of instruments) {
      this.#told.set(instrumentKey(exchange, symbol), { gaps: new Map(), lineUs: new Set() });
      this.#exchanges.add(exchangeKey(exchange));
    }
  }

  /** Whole lines. Throws where one is none. */
  text(bytes: Uint8Array): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Lines ascend: what lies between the first and the last adds no other day.
    for (const line of [
      text.subarray(0, text.indexOf(NEWLINE)),
      text.subarray(text.lastIndexOf(NEWLINE, -2) + 1),
    ])
      this.#seen(Number(STAMP.exec(line.toString('latin1'))?.[1]));
    for (let at = 0; at < text.length; ) {
      const newline = text.indexOf(NEWLINE, at);
      const end = newline < 0 ? text.length : newline;
      if (end > at) {
        const isAlive = text[at + TYPE_AT] === ALIVE_INITIAL && text[at + TYPE_AT - 1] === QUOTE;
        if (isAlive) this.#aliveLine(text.toString('latin1', at, end));
        else this.#line(JSON.parse(text.toString('utf8', at, end)) as Readonly<Record<string, unknown>>);
      }
      at = end + 1;
    }
  }

  /** `nowUs`: of a connection whose last line is not older than PROOF_APART_US the time up to it is proven for now. */
  factsOf(
    { exchange, symbol }: { readonly exchange: string; readonly symbol: string },
    ledgerDays: readonly Micros[],
    nowUs: Micros,
  ): CoverageFacts {
    const told = this.#told.get(instrumentKey(exchange, symbol));
    const keptDays = new Set([...ledgerDays, ...this.#days]);
    return {
      gaps: [...(told?.gaps.values() ?? [])],
      lineUs: [...(told?.lineUs ?? [])],
      alive: this.#provenOf(exchange, nowUs),
      restarts: [...this.#upByDownUs].map(([downUs, upUs]): Restart => ({ downUs, upUs })),
      keptDays,
      keptFromUs: Math.min(ledgerDays[0] ?? Number.POSITIVE_INFINITY, dayStartUs(this.#firstUs)),
    };
  }

  /** When single connections of the exchange were not there, between two times that they were. */
  downsOf(exchange: string): Interval[] {
    const downs: Interval[] = [];
    for (const connection of this.#connections.values()) {
      if (connection?.exchange !== exchangeKey(exchange)) continue;
      const stretches = chained(connection.stretches);
      for (const [at, { firstProvenUs }] of stretches.entries())
        if (at > 0) downs.push({ fromUs: stretches[at - 1]!.provenUs, toUs: firstProvenUs });
    }
    return downs;
  }

  #line(line: Readonly<Record<string, unknown>>): void {
    const { stampUs, exchange, symbol } = line;
    if (typeof stampUs !== 'number') throw new Error('a line without a stamp');
    if (typeof exchange !== 'string' || typeof symbol !== 'string') return;
    const reason = String(line['reason']);
    const fromUs = Number(line['fromUs']);
    const isGap = line['type'] === 'gap';
    if (isGap && reason === 'process-down') {
      const upUs = this.#upByDownUs.get(fromUs) ?? Number.POSITIVE_INFINITY;
      this.#upByDownUs.set(fromUs, Math.min(upUs, stampUs));
    }
    const told = this.#told.get(instrumentKey(exchange, symbol));
    if (isGap) told?.gaps.set(stampUs, { fromUs, stampUs, reason });
    else told?.lineUs.add(stampUs);
  }

  #aliveLine(line: string): void {
    const nameAt = line.indexOf(CONNECTION) + CONNECTION.length;
    const raw = line.slice(nameAt, line.indexOf('"', nameAt));
    let connection = this.#connections.get(raw);
    if (connection === undefined) {
      connection = this.#connectionOf(line);
      this.#connections.set(raw, connection);
    }
    // Most lines are of other exchanges.
    if (connection === null) return;
    const match = ALIVE.exec(line);
    if (match === null) throw new Error('a line of a connection that cannot be read');
    const [stampUs, provenUs] = [Number(match[1]), Number(match[3])];
    const folded = FOLDED.exec(line);
    const fromUs = folded === null ? stampUs : Number(folded[1]);
    const firstProvenUs = folded === null ? provenUs : Number(folded[2]);
    const { stretches } = connection;
    const last = stretches.at(-1);
    if (last !== undefined && fromUs >= last.toUs && fromUs - last.toUs <= PROOF_APART_US) {
      last.toUs = stampUs;
      last.provenUs = Math.max(last.provenUs, provenUs);
    } else stretches.push({ fromUs, toUs: stampUs, firstProvenUs, provenUs });
  }

  /** Null where it is of none of the exchanges. */
  #connectionOf(line: string): Connection | null {
    const raw = ALIVE.exec(line)?.[2];
    if (raw === undefined) throw new Error('a line of a connection that cannot be read');
    const name = isPlain(raw) ? raw : textOf(raw);
    const exchange = exchangeKey(name.slice(0, Math.max(0, name.lastIndexOf('#'))));
    return this.#exchanges.has(exchange) ? { exchange, stretches: [] } : null;
  }

  #seen(stampUs: Micros): void {
    if (Number.isNaN(stampUs)) return;
    if (stampUs < this.#firstUs) this.#firstUs = stampUs;
    this.#days.add(dayStartUs(stampUs));
  }

  #provenOf(exchange: string, nowUs: Micros): Interval[] {
    const intervals: Interval[] = [];
    for (const connection of this.#connections.values()) {
      if (connection?.exchange !== exchangeKey(exchange)) continue;
      for (const { toUs, firstProvenUs, provenUs } of chained(connection.stretches)) {
        // It is still there: what comes next will prove the time since, or tell that it was a gap.
        const isUp = nowUs - toUs <= PROOF_APART_US;
        intervals.push({ fromUs: firstProvenUs, toUs: isUp ? Math.max(nowUs, provenUs) : provenUs });
      }
    }
    return merged(intervals);
  }
}

/** Of ASCII and without an escape. */
function isPlain(name: string): boolean {
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code === 92 || code > 127) return false;
  }
  return true;
}

/** What the bytes of a JSON text say. */
function textOf(bytes: string): string {
  return JSON.parse(`"${Buffer.from(bytes, 'latin1').toString('utf8')}"`) as string;
}

/** Those that were read apart, or twice, as one. */
function chained(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of [...stretches].sort((a, b) => a.fromUs - b.fromUs || a.toUs - b.toUs)) {
    const last = result.at(-1);
    if (last === undefined || stretch.fromUs - last.toUs > PROOF_APART_US) result.push({ ...stretch });
    else {
      last.toUs = Math.max(last.toUs, stretch.toUs);
      last.firstProvenUs = Math.min(last.firstProvenUs, stretch.firstProvenUs);
      last.provenUs = Math.max(last.provenUs, stretch.provenUs);
    }
  }
  return result;
}

function merged(intervals: Interval[]): Interval[] {
  const result: { fromUs: Micros; toUs: Micros }[] = [];
  for (const { fromUs, toUs } of intervals.sort((a, b) => a.fromUs - b.fromUs)) {
    const last = result.at(-1);
    if (last !== undefined && fromUs <= last.toUs) last.toUs = Math.max(last.toUs, toUs);
    else result.push({ fromUs, toUs });
  }
  return result;
}
