// How much of each hour was covered, of every exchange or of every symbol of one: lists folders and reads the ledger, opens no
// file of rows. Holds the lines of the instruments over the range. Writes nothing.

import { basename, join } from 'node:path';
import { exchangeKey } from '../core/exchange.js';
import { dayStartUs, hourStartUs, type Micros, US_PER_DAY, US_PER_HOUR } from '../core/time.js';
import { addHours, HourSums, type Presence } from './coverage-hours.js';
import { CoverageLines } from './coverage-lines.js';
import { COLLECTED_US_MAX, type CoverageFacts } from './coverage-rules.js';
import type { LakeInstrument } from './discover.js';
import { ledgerDays, readLedgerTexts, readRecentTexts } from './ledger-texts.js';
import { JOURNAL_DIR } from './paths.js';
import { dateOfName, hourOfName } from './plan.js';
import type { LakeReader } from './reader.js';
import type { ReadStore } from './store.js';

export interface HeatmapInput {
  readonly root: string;
  readonly store: ReadStore;
  /** Of the same root. */
  readonly reader: LakeReader;
  /** The last of the hours is the one under way at `nowUs`. */
  readonly hours: number;
  readonly nowUs: Micros;
  /** A row a symbol of this exchange, any case; absent: a row an exchange. */
  readonly exchange?: string;
  readonly rowsMax: number;
  readonly signal?: AbortSignal;
  readonly nextTurn: () => Promise<unknown>;
}

export interface HeatmapRow {
  readonly name: string;
  /** Of the time in which it was collected, 0 to 1, rounded down to four decimals; null = it was not, or nobody kept a ledger. */
  readonly covered: readonly (number | null)[];
  /** The rest of that time. */
  readonly gap: readonly number[];
}

export interface Heatmap {
  readonly fromUs: Micros;
  readonly hours: number;
  /** By name. */
  readonly rows: readonly HeatmapRow[];
  /** Rows beyond `rowsMax`. */
  readonly leftOut: number;
}

/** Gaps are noticed at most so much later. */
const NOTICED_US = US_PER_HOUR;
const SHARE_STEPS = 10_000;
/** Between two turns of the event loop. */
const INSTRUMENTS_A_TURN = 50;

/** Undefined where the lake has nothing of the exchange. */
export async function heatmap(input: HeatmapInput): Promise<Heatmap | undefined> {
  const { root, store, reader, hours, nowUs, exchange, rowsMax, signal, nextTurn } = input;
  const fromUs = hourStartUs(nowUs) - (hours - 1) * US_PER_HOUR;
  const isWanted = (name: string) => exchange === undefined || exchangeKey(name) === exchangeKey(exchange);
  const found = (await reader.instruments()).filter((instrument) => isWanted(instrument.exchange));
  if (exchange !== undefined && found.length === 0) return undefined;
  const names = [...new Set(found.map((instrument) => rowOf(instrument, exchange)))].sort();
  const shown = new Set(names.slice(0, rowsMax));
  const instruments = found.filter((instrument) => shown.has(rowOf(instrument, exchange)));
  const lines = new CoverageLines(instruments);
  const toUs = nowUs + NOTICED_US;
  // As with rows: the journal before the files. The same text twice does no harm.
  const { problems } = await readRecentTexts(root, fromUs, toUs, () => lines, store);
  for (const message of problems) reader.report(join(root, JOURNAL_DIR), 'recent', message);
  const taker = { text: (bytes: Uint8Array) => lines.text(bytes), done: () => undefined };
  await readLedgerTexts({ store, root, fromUs, toUs, report: reader.report, signal }, () => taker);
  const days = await ledgerDays(store, root);
  const sums = new Map(names.slice(0, rowsMax).map((name) => [name, new HourSums(hours)]));
  let facts: CoverageFacts | undefined;
  for (const [at, instrument] of instruments.entries()) {
    if (at % INSTRUMENTS_A_TURN === 0) await nextTurn();
    signal?.throwIfAborted();
    facts = lines.factsOf(instrument, days, nowUs);
    const presence = await presenceOf(store, instrument, fromUs);
    const downs = lines.downsOf(instrument.exchange);
    addHours(sums.get(rowOf(instrument, exchange))!, { fromUs, nowUs }, facts, presence, downs);
  }
  const isKept = Array.from({ length: hours }, (_, hour) => {
    return facts?.keptDays.has(dayStartUs(fromUs + hour * US_PER_HOUR)) === true;
  });
  const rows = [...sums].map(([name, sum]): HeatmapRow => ({ name, ...sharesOf(sum, isKept) }));
  return { fromUs, hours, rows, leftOut: names.length - rows.length };
}

function rowOf({ exchange, symbol }: LakeInstrument, wanted: string | undefined): string {
  return wanted === undefined ? exchange : symbol;
}

function sharesOf({ covered, collected }: HourSums, isKept: readonly boolean[]): Omit<HeatmapRow, 'name'> {
  const hasShare = (hour: number) => isKept[hour] === true && collected[hour]! > 0;
  const share = (hour: number) => Math.floor((covered[hour]! / collected[hour]!) * SHARE_STEPS);
  const hours = [...covered.keys()];
  return {
    covered: hours.map((hour) => (hasShare(hour) ? share(hour) / SHARE_STEPS : null)),
    gap: hours.map((hour) => (hasShare(hour) ? (SHARE_STEPS - share(hour)) / SHARE_STEPS : 0)),
  };
}

/** Its folders of days; of the first day within the range, those of hours. Null where there are none near it. */
async function presenceOf(
  store: ReadStore,
  { directories }: LakeInstrument,
  fromUs: Micros,
): Promise<Presence | null> {
  const days: { readonly dayUs: Micros; readonly path: string }[] = [];
  for (const directory of directories)
    for (const { name } of await store.list(directory)) {
      const dayUs = dateOfName(name);
      if (dayUs !== null && dayUs + US_PER_DAY > fromUs - COLLECTED_US_MAX)
        days.push({ dayUs, path: join(directory, basename(name)) });
    }
  if (days.length === 0) return null;
  const firstUs = Math.min(...days.map(({ dayUs }) => dayUs));
  const lastUs = Math.max(...days.map(({ dayUs }) => dayUs)) + US_PER_DAY;
  if (firstUs + US_PER_DAY <= fromUs) return { firstUs, lastUs };
  let firstHour = 24;
  for (const { dayUs, path } of days)
    if (dayUs === firstUs)
      for (const { name } of await store.list(path)) firstHour = Math.min(firstHour, hourOfName(name) ?? 24);
  return { firstUs: firstUs + (firstHour % 24) * US_PER_HOUR, lastUs };
}
