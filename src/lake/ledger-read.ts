// The ledger as a reader sees it: what happened to a few instruments in a stretch of time, in order. Finds their lines
// by their names as bytes, because most of a ledger is about others. Never writes.

import { instrumentKey } from '../core/instrument.js';
import type { Micros } from '../core/time.js';
import type { LakeInstrument } from './discover.js';
import type { LedgerLine } from './ledger.js';
import { type LedgerInput, readLedgerTexts } from './ledger-texts.js';
import { unescapeName } from './paths.js';

/** A line about one of the instruments asked for; `at` is its place among them. */
export type InstrumentLine = LedgerLine & { readonly at: number };

const NEWLINE = 10;
const STAMP = /"stampUs":(\d+)/;
/** Beyond so many instruments every line is read. */
const BY_NAME_MAX = 8;

/** The instruments asked for, by their names as events carry them. */
export class WantedInstruments {
  /** The end of a line about an instrument, in each spelling of its exchange. */
  readonly endings: readonly { readonly at: number; readonly bytes: Buffer }[];
  readonly #places = new Map<string, number>();

  constructor(instruments: readonly LakeInstrument[]) {
    this.endings = instruments.flatMap((instrument, at) => {
      this.#places.set(instrumentKey(instrument.exchange, instrument.symbol), at);
      return exchangeSpellings(instrument).map((exchange) => {
        const names = JSON.stringify({ exchange, symbol: instrument.symbol });
        return { at, bytes: Buffer.from(`,${names.slice(1)}\n`) };
      });
    });
  }

  /** -1 where it was not asked for. */
  indexOf(exchange: string, symbol: string): number {
    return this.#places.get(instrumentKey(exchange, symbol)) ?? -1;
  }
}

/** Its exchange in every spelling that the lake has. */
export function exchangeSpellings({ exchange, directories }: LakeInstrument): string[] {
  const spellings = new Set([exchange]);
  for (const directory of directories) {
    const folder = /exchange=([^/\\]+)[/\\][^/\\]+$/i.exec(directory)?.[1];
    if (folder !== undefined) spellings.add(unescapeName(folder));
  }
  return [...spellings];
}

/** The lines about the wanted instruments within whole lines of a ledger. */
export function* eventsIn(text: Uint8Array, wanted: WantedInstruments): Generator<InstrumentLine> {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  for (const { at, bytes: ending } of wanted.endings) {
    for (let found = bytes.indexOf(ending); found >= 0; found = bytes.indexOf(ending, found + 1)) {
      const start = bytes.lastIndexOf(NEWLINE, found) + 1;
      const line = JSON.parse(bytes.toString('utf8', start, found + ending.length)) as LedgerLine;
      yield { ...line, at };
    }
  }
}

/** The same, for so many instruments that looking for each by its name would take longer than reading every line. */
export function* eventsOfMany(
  text: Uint8Array,
  wanted: WantedInstruments,
  fromUs: Micros,
  toUs: Micros,
): Generator<InstrumentLine> {
  for (const line of Buffer.from(text.buffer, text.byteOffset, text.byteLength)
    .toString('utf8')
    .split('\n')) {
    const stampUs = Number(STAMP.exec(line)?.[1]);
    if (!(stampUs >= fromUs && stampUs < toUs)) continue;
    const event = JSON.parse(line) as LedgerLine;
    const at = wanted.indexOf(String(event['exchange'] ?? ''), String(event['symbol'] ?? ''));
    if (at >= 0) yield { ...event, at };
  }
}

export interface WantedLines extends LedgerInput {
  readonly wanted: WantedInstruments;
}

/** Lines of the ledger with fromUs <= stamp < toUs; a line may come twice. */
export async function readLedger(input: WantedLines): Promise<InstrumentLine[]> {
  const { wanted, fromUs, toUs } = input;
  const lines: InstrumentLine[] = [];
  const isFew = wanted.endings.length <= BY_NAME_MAX;
  await readLedgerTexts(input, () => {
    const found: InstrumentLine[] = [];
    return {
      text: (bytes) => {
        for (const line of isFew ? eventsIn(bytes, wanted) : eventsOfMany(bytes, wanted, fromUs, toUs))
          if (line.stampUs >= fromUs && line.stampUs < toUs) found.push(line);
      },
      // A file with a line that is none is left out whole.
      done: () => void lines.push(...found),
    };
  });
  return lines;
}
