// The page: asks which pairs are worth a look, then adds one chart a pair as its line arrives, counting them.
// Whatever goes wrong is said in words; one bad line never stops the others.

import type { OpportunitySummary } from '../src/api/contract.js';
import { type ChartCard, createCard } from './chart.js';
import { byId, element, setText } from './dom.js';
import { countText } from './format.js';
import { showHealth } from './health.js';
import { readChart, readOpportunities } from './replies.js';
import { fetchJson, fetchLines, ServerError } from './server.js';

const OPPORTUNITIES_PATH = '/api/opportunities';
const CHARTS_PATH = '/api/dashboard_data?points=2000';
/** Work without a pause beyond this is felt: the browser gets its turn. */
const WORK_MS_MAX = 30;
/** So many bad lines are told one by one; the rest are counted. */
const BAD_LINES_SHOWN_MAX = 5;

type Phase = 'loading' | 'done' | 'empty' | 'failed';

const page = {
  status: byId('status', HTMLParagraphElement),
  reload: byId('reload', HTMLButtonElement),
  progress: byId('progress', HTMLProgressElement),
  notices: byId('notices', HTMLElement),
  charts: byId('charts', HTMLElement),
};
let cards: ChartCard[] = [];

async function load(): Promise<void> {
  clear();
  show('loading', 'Asking for the opportunities …');
  let drawn = 0;
  let expected = 0;
  try {
    const reply = readOpportunities(await fetchJson(OPPORTUNITIES_PATH));
    if (typeof reply === 'string') throw new ServerError(`${OPPORTUNITIES_PATH} cannot be read: ${reply}`);
    for (const warning of reply.warnings) notice('warning', warning);
    expected = reply.opportunities.length;
    if (expected === 0) {
      show('empty', 'No opportunities, so there is nothing to draw');
      if (reply.warnings.length === 0)
        notice('warning', 'No pair of the newest statistics passes the filter.');
      return;
    }
    await drawAll(reply.opportunities, (count) => {
      drawn = count;
      show('loading', `${count} of ${countText(expected, 'chart')}`, count / expected);
    });
    show('done', `${drawn} of ${countText(expected, 'chart')}, done`, 1);
    const absent = expected - drawn;
    if (absent > 0) notice('warning', `Without a chart: ${countText(absent, 'pair')} of the ${expected}.`);
  } catch (error) {
    const so =
      expected === 0 ? 'Loading failed' : `Broke off after ${drawn} of ${countText(expected, 'chart')}`;
    show('failed', so, expected === 0 ? 0 : drawn / expected);
    notice('error', error instanceof Error ? error.message : String(error));
    // A fault of the page itself is shown too, but stays a fault.
    if (!(error instanceof ServerError)) throw error;
  }
}

/** Adds a chart for every readable line; `progressed` hears the number of charts so far. */
async function drawAll(
  opportunities: readonly OpportunitySummary[],
  progressed: (count: number) => void,
): Promise<void> {
  const notes = new Map(opportunities.map((one) => [keyOf(one), countText(one.opportunityCycles, 'cycle')]));
  const badLines = createBadLines();
  progressed(0);
  let turnStartMs = performance.now();
  for await (const line of fetchLines(CHARTS_PATH)) {
    const chart = readChart(line);
    if (typeof chart === 'string') {
      badLines.add(chart);
      continue;
    }
    const card = createCard(chart, notes.get(keyOf(chart)) ?? '', Date.now() / 1_000);
    page.charts.append(card.root);
    cards.push(card);
    card.mount();
    progressed(cards.length);
    if (performance.now() - turnStartMs < WORK_MS_MAX) continue;
    await new Promise((resolve) => setTimeout(resolve));
    turnStartMs = performance.now();
  }
}

/** One notice that counts the lines that could not be read and tells why, for the first of them. */
function createBadLines(): { add(why: string): void } {
  let count = 0;
  const reasons: string[] = [];
  const line = element('p', 'warning');
  return {
    add(why) {
      if (count === 0) page.notices.append(line);
      count += 1;
      if (reasons.length < BAD_LINES_SHOWN_MAX && !reasons.includes(why)) reasons.push(why);
      setText(line, `${countText(count, 'line')} of the stream could not be read: ${reasons.join('; ')}.`);
    },
  };
}

function clear(): void {
  for (const card of cards) card.destroy();
  cards = [];
  page.notices.replaceChildren();
}

function show(phase: Phase, text: string, share = 0): void {
  setText(page.status, text);
  page.status.dataset['phase'] = phase;
  page.progress.value = share;
  page.progress.hidden = phase === 'empty';
  page.reload.disabled = phase === 'loading';
  setText(page.reload, phase === 'failed' ? 'Try again' : 'Reload');
}

function notice(look: 'warning' | 'error', text: string): void {
  const line = element('p', look, text);
  if (look === 'error') line.setAttribute('role', 'alert');
  page.notices.append(line);
}

function keyOf(pair: {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}): string {
  return JSON.stringify([pair.symbol, pair.exchange1, pair.exchange2]);
}

page.reload.addEventListener('click', () => void load());
void showHealth(byId('health', HTMLElement));
void load();
