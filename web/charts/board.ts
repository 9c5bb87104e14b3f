// All pairs of the page: what history and the live stream say of each, and its card. A pair that only the
// live stream knows comes and goes with it; one that was listed stays, and says what has become of it.

import type { ChartData, LiveChart, LiveMessage, PairName } from '../../src/api/contract.js';
import type { Following } from '../words.js';
import { Card, type Sight } from './card.js';
import { type Fillable, Filler } from './filler.js';
import { Painter } from './painter.js';
import { Series } from './series.js';

/** A pair of the live stream alone leaves when its points are older than the stream's own window. */
const WINDOW_SECONDS_DEFAULT = 900;

interface Entry extends Fillable {
  readonly key: string;
  card: Card | null;
  /** Its history was on the list that the page asked for. */
  listed: boolean;
  following: Following;
  late: readonly string[];
  windowSeconds: number;
}

export interface BoardOptions {
  readonly root: HTMLElement;
  readonly historyPath: string;
  readonly sight: () => Sight;
  /** Another number of charts is live. */
  readonly changed: () => void;
}

export class Board {
  readonly #options: BoardOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #painter: Painter;
  readonly #filler: Filler<Entry>;
  /** Cards of pairs that are not on the list are made when the list is done: they come after it. */
  #listDone = false;
  #isChosen: (name: PairName) => boolean = () => true;
  /** Pairs of a snapshot whose rest is still to come. */
  #snapshot: Set<Entry> | null = null;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.#painter = new Painter(() => this.#filler.kick());
    this.#filler = new Filler<Entry>({
      path: options.historyPath,
      candidates: () => this.#inView(),
      filled: (entry) => {
        const stays = this.#entries.get(entry.key) === entry;
        if (stays && entry.card !== null) this.#painter.changed(entry.card);
      },
    });
  }

  /** Pairs that the live stream follows now. */
  get liveCount(): number {
    return [...this.#entries.values()].filter(({ following }) => following === 'on').length;
  }

  clear(): void {
    for (const entry of [...this.#entries.values()]) this.#remove(entry);
    this.#listDone = false;
    this.#snapshot = null;
  }

  /** A chart of the list: its card is drawn at once. */
  addHistory(chart: ChartData, note: string): void {
    const entry = this.#entryOf(chart);
    entry.series.setHistory(chart);
    entry.listed = true;
    const card = this.#showCard(entry, note);
    card.setNote(note);
    card.paint();
  }

  /**
   * Another list: the notes of its pairs by `keyOf`. What left it goes, unless it is live. Gives the keys of those that
   * have no chart yet.
   */
  relist(notes: ReadonlyMap<string, string>): ReadonlySet<string> {
    for (const entry of [...this.#entries.values()]) {
      const note = notes.get(entry.key);
      entry.listed = note !== undefined;
      entry.card?.setNote(note ?? '');
      const isFollowed = entry.following === 'on' || entry.following === 'quiet';
      if (!entry.listed && !isFollowed) this.#remove(entry);
    }
    return new Set([...notes.keys()].filter((key) => !this.#entries.has(key)));
  }

  /** Pairs of the list that have a chart. */
  get listedCount(): number {
    return [...this.#entries.values()].filter(({ listed, card }) => listed && card !== null).length;
  }

  /** Cards of other pairs are not shown, now and when they come. */
  choose(isChosen: (name: PairName) => boolean): void {
    this.#isChosen = isChosen;
    for (const { card, name } of this.#entries.values())
      if (card !== null) card.root.hidden = !isChosen(name);
  }

  /** The pair whose card the element is in. */
  nameOf(element: Element | null): PairName | null {
    const root = element?.closest('.card');
    return [...this.#entries.values()].find(({ card }) => card?.root === root)?.name ?? null;
  }

  /** No more charts of the list will come. */
  listDone(): void {
    this.#listDone = true;
    for (const entry of [...this.#entries.values()])
      if (!entry.listed && entry.following === 'off') this.#remove(entry);
      else this.#showCard(entry, '');
    this.#filler.kick();
  }

  apply(message: LiveMessage): void {
    const before = this.liveCount;
    if (message.type === 'snapshot') this.#snapshot = new Set();
    else for (const name of message.removed) this.#dropped(name);
    for (const chart of message.charts) this.#applyChart(chart);
    if (message.more !== true && this.#snapshot !== null) {
      const present = this.#snapshot;
      this.#snapshot = null;
      for (const entry of this.#entries.values())
        if (entry.following === 'on' && !present.has(entry)) this.#follow(entry, 'quiet');
    }
    this.#filler.kick();
    if (this.liveCount !== before) this.#options.changed();
  }

  /** All cards show something else now: another view, or another second of a view that moves with time. */
  repaint(): void {
    for (const { card } of this.#entries.values()) if (card !== null) this.#painter.changed(card);
  }

  /** Ages grow; called every second. */
  tick(): void {
    const { view, nowSeconds, live } = this.#options.sight();
    for (const entry of [...this.#entries.values()]) {
      const { card, listed, following, series, windowSeconds } = entry;
      const goneSeconds = nowSeconds - (series.newestSeconds ?? 0);
      if (live === true && !listed && following === 'quiet' && goneSeconds > windowSeconds)
        this.#remove(entry);
      else if (card !== null && this.#painter.inView(card)) card.tick();
    }
    if (view === 'live') this.repaint();
    this.#filler.kick();
  }

  #applyChart(chart: LiveChart): void {
    const entry = this.#entryOf(chart);
    const fresh = this.#snapshot !== null || entry.following !== 'on';
    this.#snapshot?.add(entry);
    entry.windowSeconds = chart.window;
    entry.series.apply(chart, fresh);
    if (fresh) entry.failures = 0;
    entry.late = chart.late ?? [];
    if (entry.card !== null) entry.card.late = entry.late;
    this.#follow(entry, 'on');
    if (this.#listDone) this.#showCard(entry, '');
    if (entry.card !== null) this.#painter.changed(entry.card);
  }

  #dropped(name: PairName): void {
    const entry = this.#entries.get(keyOf(name));
    if (entry === undefined) return;
    if (!entry.listed && this.#listDone) this.#remove(entry);
    else this.#follow(entry, 'off');
  }

  #follow(entry: Entry, following: Following): void {
    if (entry.following === following) return;
    entry.following = following;
    if (entry.card === null) return;
    entry.card.following = following;
    entry.card.tick();
  }

  #entryOf({ symbol, exchange1, exchange2 }: PairName): Entry {
    const name = { symbol, exchange1, exchange2 };
    const key = keyOf(name);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = {
        key,
        name,
        series: new Series(),
        card: null,
        listed: false,
        following: 'never',
        late: [],
        windowSeconds: WINDOW_SECONDS_DEFAULT,
        failures: 0,
        notBeforeMs: 0,
      };
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #showCard(entry: Entry, note: string): Card {
    if (entry.card !== null) return entry.card;
    const card = new Card(entry.name, note, entry.series, this.#options.sight);
    card.following = entry.following;
    card.late = entry.late;
    entry.card = card;
    card.root.hidden = !this.#isChosen(entry.name);
    this.#options.root.append(card.root);
    this.#painter.add(card);
    this.#painter.changed(card);
    return card;
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key);
    if (entry.card === null) return;
    this.#painter.remove(entry.card);
    entry.card.destroy();
  }

  *#inView(): Generator<Entry> {
    if (!this.#listDone || document.hidden) return;
    for (const entry of this.#entries.values())
      if (entry.card !== null && this.#painter.inView(entry.card)) yield entry;
  }
}

/** One text for a pair; names may hold anything. */
export function keyOf({ symbol, exchange1, exchange2 }: PairName): string {
  return JSON.stringify([symbol, exchange1, exchange2]);
}
