// The first charts of a thread, out of quotes that nobody recorded: what they cost beyond the later ones is compiling, and
// is spent before anybody waits. Their results are thrown away.

import { assert } from '../core/assert.js';
import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import type { RowSink } from '../series/banded-rows.js';
import { CellSink } from '../series/cells.js';
import { asofSteps, type ChartInput, computeChart, drain } from './chart.js';
import { encodeChart } from './encode.js';
import { longChart } from './long-chart.js';
import { computeSummaryChart } from './summary-chart.js';
import { computeValidChart, validSteps } from './valid-chart.js';

const WARM_ROWS = 20_000;
/** The range begins so much later than the quotes: what its first bands rest on is then found at the first look. */
const BEFORE_US = 250_000;
/** Of a chart that warms up. */
export const WARM_POINTS = WARM_ROWS / 10;

/** Every kind of chart once. */
export async function compileCharts(signal: AbortSignal, nextTurn: () => Promise<unknown>): Promise<void> {
  const range = { fromUs: BEFORE_US, toUs: WARM_ROWS * 1_000 };
  const input: ChartInput<number> = {
    read: madeUpQuotes,
    legs: [0, 1],
    range,
    points: WARM_POINTS,
    signal,
    nextTurn,
  };
  const columns = await computeChart(input);
  const valid = { ...input, readEvents: async () => [], knownUs: range.toUs };
  await computeValidChart(valid);
  await compileSummaries(valid);
  const title = { symbol: '', exchange1: '', exchange2: '' };
  encodeChart(title, columns);
  for (const format of ['ndjson', 'arrow'] as const) {
    const steps = (sink: RowSink) => asofSteps(input, sink);
    const long = await longChart({ title, format, keyCase: 'camel', everyHole: false, steps });
    assert('pieces' in long, 'what warms up has more rows than a whole chart');
    for await (const piece of long.pieces) assert(piece.length > 0, 'a piece holds something');
  }
}

async function compileSummaries(valid: Parameters<typeof computeSummaryChart<number>>[0]): Promise<void> {
  const cells = new CellSink();
  await drain(validSteps(valid, cells));
  const [finest] = cells.finish();
  const { timestampsUs, spreads, upperBand, lowerBand } = finest!.keptRows;
  const blocks = () => [[timestampsUs, spreads, upperBand, lowerBand]];
  const { cellUs } = finest!;
  const summary = { ...valid.range, identity: '', folders: [], blocks, close: () => undefined };
  async function* spans() {
    yield { fromUs: 0, toUs: cellUs, path: () => 'made up', summary };
  }
  await computeSummaryChart(valid, { blocks }, spans(), cellUs);
}

/** A quote a millisecond from zero on. */
async function* madeUpQuotes(leg: number, fromUs: Micros, toUs: Micros): AsyncGenerator<QuoteColumns> {
  const first = Math.max(0, Math.ceil((fromUs - leg) / 1_000));
  const length = Math.min(WARM_ROWS, Math.ceil((toUs - leg) / 1_000)) - first;
  if (length <= 0) return;
  const receivedUs = new Float64Array(length).map((_, row) => (first + row) * 1_000 + leg);
  const bid = receivedUs.map((us) => 100 + Math.sin(us / 50_000 + leg));
  yield { length, receivedUs, bid, ask: bid };
}
