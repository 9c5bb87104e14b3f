// The charts of the page: asks which pairs are worth a look, then adds one chart a pair as its line arrives, counting them;
// beside it the live stream goes on with each of them. With new statistics the list is read again. Whatever goes wrong
// is said in words; one bad line never stops the others.

import type { OpportunitySummary } from '../../src/api/contract.js';
import { ServerClock } from '../clock.js';
import { byId, element, setText } from '../dom.js';
import { showHealth } from '../health.js';
import { count, t } from '../i18n/words.js';
import { type Opportunities, readChart, readOpportunities } from '../replies.js';
import { fetchJson, fetchLines, ServerError } from '../server.js';
import { nothingPassesText } from '../words.js';
import { Board, keyOf } from './board.js';
import type { View } from './card.js';
import { askHistory } from './filler.js';
import { Live } from './live.js';
import { showLive } from './live-line.js';

const OPPORTUNITIES_PATH = '/api/opportunities';
const CHARTS_PATH = '/api/charts?points=2000';
/** Work without a pause beyond this is felt: the browser gets its turn. */
const WORK_MS_MAX = 30;
const TICK_INTERVAL_MS = 1_000;
/** So many bad lines are told one by one; the rest are counted. */
const BAD_LINES_SHOWN_MAX = 5;

type Phase = 'loading' | 'done' | 'empty' | 'failed';

const page = {
  status: byId('status', HTMLParagraphElement),
  reload: byId('reload', HTMLButtonElement),
  progress: byId('progress', HTMLProgressElement),
  notices: byId('notices', HTMLElement),
  note: byId('note', HTMLElement),
  views: byId('views', HTMLFieldSetElement),
};
const clock = new ServerClock();
let view: View = 'all';
/** Whether live points come in; null while that is not known. */
let isLive: boolean | null = null;
/** The statistics that the list on the page is of; undefined while that is not known. */
let listedFile: string | null | undefined;
let isReading = false;
const board = new Board({
  root: byId('charts', HTMLElement),
  historyPath: CHARTS_PATH,
  sight: () => ({ view, nowSeconds: clock.nowSeconds(), live: isLive }),
  changed: () => showLive(live.state, board.liveCount),
});
const live = new Live({
  message: (message) => board.apply(message),
  state: (state) => {
    if (state.kind !== 'connecting') isLive = state.kind === 'connected';
    showLive(state, board.liveCount);
    board.tick();
  },
});

async function load(): Promise<void> {
  isReading = true;
  board.clear();
  page.notices.replaceChildren();
  isLive = null;
  live.restart();
  show('loading', t('board.asking'));
  let drawn = 0;
  let expected = 0;
  try {
    const reply = await readList();
    expected = reply.opportunities.length;
    if (expected > 0)
      await drawAll(reply.opportunities, (soFar) => {
        drawn = soFar;
        const total = count('charts', expected);
        show('loading', t('board.some', { count: soFar, total }), soFar / expected);
      });
    showList(drawn, expected);
  } catch (error) {
    const so =
      expected === 0
        ? t('board.failed')
        : t('board.broke', { count: drawn, total: count('charts', expected) });
    show('failed', so, expected === 0 ? 0 : drawn / expected);
    notice('error', error instanceof Error ? error.message : String(error));
    // A fault of the page itself is shown too, but stays a fault.
    if (!(error instanceof ServerError)) throw error;
  } finally {
    board.listDone();
    isReading = false;
  }
}

/** There are other statistics: the list is read again, and what is drawn and live stays as it is. */
async function reread(file: string | null): Promise<void> {
  isReading = true;
  page.reload.disabled = true;
  try {
    const reply = await readList();
    listedFile ??= file;
    const missing = board.relist(notesOf(reply.opportunities));
    for (const one of reply.opportunities) {
      const chart = missing.has(keyOf(one)) ? await askHistory(CHARTS_PATH, one) : null;
      if (chart !== null) board.addHistory(chart, noteOf(one));
    }
    showList(board.listedCount, reply.opportunities.length);
  } catch (error) {
    // Health says what is wrong, and with its next answer the list is asked for again.
    listedFile = undefined;
    if (!(error instanceof ServerError)) throw error;
  } finally {
    page.reload.disabled = false;
    isReading = false;
  }
}

/** Also tells the warnings, instead of earlier ones. */
async function readList(): Promise<Opportunities> {
  const reply = readOpportunities(await fetchJson(OPPORTUNITIES_PATH));
  if (typeof reply === 'string') throw new ServerError(`${OPPORTUNITIES_PATH} cannot be read: ${reply}`);
  const { opportunities, warnings, file, minCycles } = reply;
  listedFile = file;
  page.notices.replaceChildren();
  for (const warning of warnings) notice('warning', warning);
  const isOfStatistics = file === undefined ? warnings.length === 0 : file !== null;
  if (opportunities.length === 0 && isOfStatistics) notice('warning', nothingPassesText(minCycles));
  return reply;
}

function showList(drawn: number, expected: number): void {
  if (expected === 0) {
    show('empty', t('board.empty'));
    return;
  }
  show('done', t('board.done', { count: drawn, total: count('charts', expected) }), 1);
  const absent = expected - drawn;
  if (absent > 0) notice('warning', t('board.without', { pairs: count('pairs', absent), total: expected }));
}

function noteOf({ opportunityCycles }: OpportunitySummary): string {
  return count('cycles', opportunityCycles);
}

function notesOf(opportunities: readonly OpportunitySummary[]): ReadonlyMap<string, string> {
  return new Map(opportunities.map((one) => [keyOf(one), noteOf(one)]));
}

/** Adds a chart for every readable line; `progressed` hears the number of charts so far. */
async function drawAll(
  opportunities: readonly OpportunitySummary[],
  progressed: (count: number) => void,
): Promise<void> {
  const notes = notesOf(opportunities);
  const badLines = createBadLines();
  let drawn = 0;
  progressed(drawn);
  let turnStartMs = performance.now();
  for await (const line of fetchLines(CHARTS_PATH)) {
    const chart = readChart(line);
    if (typeof chart === 'string') {
      badLines.add(chart);
      continue;
    }
    board.addHistory(chart, notes.get(keyOf(chart)) ?? '');
    drawn += 1;
    progressed(drawn);
    if (performance.now() - turnStartMs < WORK_MS_MAX) continue;
    await new Promise((resolve) => setTimeout(resolve));
    turnStartMs = performance.now();
  }
}

/** One notice that counts the lines that could not be read and tells why, for the first of them. */
function createBadLines(): { add(why: string): void } {
  let bad = 0;
  const reasons: string[] = [];
  const line = element('p', 'warning');
  return {
    add(why) {
      if (bad === 0) page.notices.append(line);
      bad += 1;
      if (reasons.length < BAD_LINES_SHOWN_MAX && !reasons.includes(why)) reasons.push(why);
      setText(line, t('board.badLines', { lines: count('lines', bad), why: reasons.join('; ') }));
    },
  };
}

function show(phase: Phase, text: string, share = 0): void {
  setText(page.status, text);
  page.status.dataset['phase'] = phase;
  page.progress.value = share;
  page.progress.hidden = phase === 'empty';
  page.reload.disabled = phase === 'loading';
  setText(page.reload, t(phase === 'failed' ? 'common.retry' : 'board.reload'));
}

function notice(look: 'warning' | 'error', text: string): void {
  const line = element('p', look, text);
  if (look === 'error') line.setAttribute('role', 'alert');
  page.notices.append(line);
}

/** What the server says of the pairs it watches: `no statistics yet`, for example. */
function showNote(note: string | null): void {
  setText(page.note, note === null ? '' : `${note.charAt(0).toUpperCase()}${note.slice(1)}`);
  page.note.hidden = note === null;
}

/** Other views choose among the charts, and go by the server's time as it was told here. */
export { board, clock };

/** Once, when the page is there. */
export function startCharts(): void {
  page.reload.addEventListener('click', () => void load());
  page.views.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    view = target.value === 'live' ? 'live' : 'all';
    board.repaint();
  });
  addEventListener('online', () => live.hurry());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) live.hurry();
  });
  setInterval(() => {
    live.tick();
    showLive(live.state, board.liveCount);
    board.tick();
  }, TICK_INTERVAL_MS);
  void showHealth(byId('health', HTMLElement), ({ atSeconds, windowsNote, statisticsFile }) => {
    if (atSeconds !== null) clock.observe(atSeconds);
    showNote(windowsNote);
    if (statisticsFile === undefined || statisticsFile === listedFile || isReading) return;
    void reread(statisticsFile);
  });
  void load();
}
