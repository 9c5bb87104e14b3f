// One storm: real feeds against a simulated world whose exchanges misbehave as a seed says, over real sockets, on a
// fast clock; then the verdict. What it holds the collector to stands in `verdict`.

import type { FeedEvent } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { US_PER_MS, US_PER_SECOND } from '../../src/core/time.js';
import { adapters } from '../../src/exchanges/index.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import { LIMITS } from '../../src/limits.js';
import { startDriver } from '../../src/sim/driver.js';
import type { SimQuote } from '../../src/sim/exchange.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import type { FaultKind } from '../../src/sim/faults.js';
import { createMarket, marketBook } from '../../src/sim/market.js';
import { createRandom } from '../../src/sim/random.js';
import { playScenario, scenarioWorld } from '../../src/sim/scenario-player.js';
import { findScenario, type PlannedFault, planScenario } from '../../src/sim/scenarios.js';
import { startSimServer } from '../../src/sim/server.js';
import { createFastClock } from '../support/fast-clock.js';
import { until } from '../support/wait.js';

const SPEED = 50;
const EXCHANGES = 3;
const SYMBOLS = 4;
/** So many of each instrument in a second of the clock. */
const QUOTES_PER_SECOND = 1;
const STORM_MS = 240_000;
/** Every instrument is healthy again this long after the last fault: pauses of up to a minute, asked for or grown. */
export const HEAL_US_MAX = 300 * US_PER_SECOND;
/** A stream that was dead for longer must have been told of; shorter holes may end before anybody can know. */
const NOTICED_US_MAX = 150 * US_PER_SECOND;
/** Stamps of simulator and collector differ by what a frame is under way, times the speed. */
const SLACK_US = 5 * US_PER_SECOND;

export interface StormResult {
  readonly seed: number;
  readonly faults: readonly PlannedFault[];
  readonly struck: Readonly<Partial<Record<FaultKind, number>>>;
  /** What the collector broke, in words; empty = it held. */
  readonly broken: readonly string[];
  readonly quotes: number;
  readonly gaps: number;
  readonly heals: number;
  readonly healedAfterS: number;
}

/** A stretch in which nothing of an instrument could arrive. */
interface Lost {
  readonly key: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly why: string;
}

export async function runStorm(seed: number): Promise<StormResult> {
  const random = createRandom(seed, 'storm');
  const exchanges = drawn(SIM_EXCHANGES, EXCHANGES, random);
  const clock = createFastClock(SPEED);
  const market = createMarket({ seed, exchanges, symbols: SYMBOLS });
  const server = await startSimServer({
    clock,
    seed,
    exchanges: exchanges.map((exchange) => ({ exchange, book: marketBook(market, exchange) })),
  });
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 64, lastStampUs: 0 });
  const log = new Log(instruments, hub);
  const truth = new Truth(
    server,
    exchanges.map(({ name }) => name),
    clock,
  );
  const feeds = exchanges.map(({ name }) => {
    const adapter = adapters.find((one) => one.name === name)!;
    return new ExchangeFeed({
      adapter,
      ...server.urls[name]!,
      rule: { quotes: ['USDT'], minUsdVolume: 1, maxUsdVolume: 1e12, allow: [], deny: [] },
      instruments,
      sink: hub,
      limits: { ...LIMITS.ingest, listingIntervalMs: 60_000 },
      clock,
      random: () => random.next(),
      log: silentLog,
    });
  });
  const before = clock.pending();
  const quotesPerSecond = EXCHANGES * SYMBOLS * QUOTES_PER_SECOND;
  const stopDriving = startDriver({ market, server, exchanges, clock, quotesPerSecond });
  const live = () =>
    feeds.every((feed) => feed.health().states.live === SYMBOLS && feed.health().state === 'running');
  const broken: string[] = [];
  for (const feed of feeds) feed.start();
  try {
    await until('all live at first', live, 60_000);
    const scenario = findScenario('storm')!;
    const faults = planScenario(scenario, seed, scenarioWorld(server), STORM_MS);
    const silenced = new SilencedSpells(clock);
    const stop = playScenario(faults, server, clock, (fault, begins) => silenced.note(fault, begins));
    const lengthMs = Math.max(...faults.map(({ atMs, forMs }) => atMs + forMs));
    const startUs = clock.nowUs();
    await until(
      'the end of the faults',
      () => clock.nowUs() - startUs > (lengthMs + 1_000) * US_PER_MS,
      60_000,
    );
    stop();
    const endedUs = clock.nowUs();
    await until('all live again', live, (HEAL_US_MAX / SPEED / US_PER_MS) * 2).catch(() => {});
    const healedAfterS = (clock.nowUs() - endedUs) / US_PER_SECOND;
    if (!live() || healedAfterS * US_PER_SECOND > HEAL_US_MAX)
      broken.push(
        `not healed after ${healedAfterS.toFixed(0)} s: ${feeds.map((feed) => feed.health().reason ?? 'running').join(' · ')}`,
      );
    broken.push(...log.verdict([...truth.unwanted(clock.nowUs()), ...silenced.spells()], truth));
    const struck: Partial<Record<FaultKind, number>> = {};
    for (const { name } of exchanges)
      for (const [kind, count] of server.exchange(name).faults.struck)
        struck[kind] = (struck[kind] ?? 0) + count;
    const heals = feeds.reduce((sum, feed) => sum + feed.health().heals, 0);
    return { seed, faults, struck, broken, quotes: log.quotes, gaps: log.gaps, heals, healedAfterS };
  } finally {
    stopDriving();
    for (const feed of feeds) feed.stop();
    await server.close();
    await until('no timer left behind', () => clock.pending() <= before - exchanges.length, 10_000).catch(
      () => {
        throw new Error(`seed ${seed}: ${clock.pending()} timers left, ${before} before the feeds began`);
      },
    );
  }
}

function drawn<T>(from: readonly T[], count: number, random: { below(bound: number): number }): readonly T[] {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]!);
}

/** What the collector made of it. */
class Log {
  quotes = 0;
  gaps = 0;
  readonly #instruments: InstrumentTable;
  readonly #events = new Map<string, (FeedEvent & { type: 'quote' | 'gap' })[]>();

  constructor(instruments: InstrumentTable, hub: Hub) {
    this.#instruments = instruments;
    hub.subscribe({
      quote: (stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs) => {
        this.quotes += 1;
        this.#of(instrumentId).push({
          type: 'quote',
          stampUs,
          instrumentId,
          bid,
          bidSize,
          ask,
          askSize,
          exchangeUs,
        });
      },
      cold: (event) => {
        if (event.type !== 'gap') return;
        this.gaps += 1;
        this.#of(event.instrumentId).push(event);
      },
    });
  }

  /** What was promised and not kept. */
  verdict(lost: readonly Lost[], truth: Truth): string[] {
    const broken: string[] = [];
    for (const [key, events] of this.#events) {
      for (const event of events) {
        if (event.type !== 'quote') continue;
        const { bid, ask } = event;
        if (!(bid > 0 && ask > 0 && Number.isFinite(bid + ask)))
          broken.push(`${key}: a quote of ${bid} and ${ask}`);
        if (!truth.said(key, bid, ask)) broken.push(`${key}: ${bid} and ${ask} were never told of it`);
      }
    }
    for (const one of lost) {
      const events = this.#events.get(one.key) ?? [];
      const hadQuote = events.some((event) => event.type === 'quote' && event.stampUs < one.fromUs);
      if (!hadQuote || this.#isTold(events, one)) continue;
      const seconds = (one.toUs - one.fromUs) / US_PER_SECOND;
      broken.push(`${one.key}: no gap over ${seconds.toFixed(0)} s (${one.why})`);
    }
    return broken;
  }

  /** A gap reaches back to the stretch's begin, or one was open already: no quote since. */
  #isTold(events: readonly (FeedEvent & { type: 'quote' | 'gap' })[], { fromUs, toUs }: Lost): boolean {
    let open = false;
    for (const event of events) {
      if (event.stampUs > toUs + SLACK_US) break;
      if (event.type === 'quote') {
        // A quote under way at its begin came before it; one after a short stretch's end did not.
        if (event.stampUs <= Math.min(fromUs + SLACK_US, toUs)) open = false;
      } else if (event.fromUs <= fromUs + SLACK_US && (open || event.stampUs >= fromUs - SLACK_US))
        return true;
      else if (event.stampUs < fromUs) open = true;
    }
    return open;
  }

  #of(instrumentId: number): (FeedEvent & { type: 'quote' | 'gap' })[] {
    const { exchange, symbol } = this.#instruments.get(instrumentId);
    const key = `${exchange} ${symbol}`;
    const known = this.#events.get(key) ?? [];
    this.#events.set(key, known);
    return known;
  }
}

/** What the exchanges said, and when nobody was there to hear it. */
class Truth {
  readonly #prices = new Map<string, Set<string>>();
  readonly #deaf = new Map<string, number>();
  readonly #spells: Lost[] = [];

  constructor(
    server: Awaited<ReturnType<typeof startSimServer>>,
    names: readonly string[],
    clock: { nowUs(): number },
  ) {
    for (const name of names) {
      const host = server.exchange(name);
      const keyOf = (exchangeSymbol: string): string => {
        const { base, quote } = host.book.find(exchangeSymbol)!;
        return `${name} ${base}/${quote}`;
      };
      const publish = host.publish.bind(host);
      host.publish = (exchangeSymbol, quote, eventUs) => {
        const key = keyOf(exchangeSymbol);
        // Nobody there to hear it: lost, from the last that was heard.
        if (!host.wanted().has(exchangeSymbol)) {
          if (!this.#deaf.has(key)) this.#deaf.set(key, eventUs);
        } else this.#hears(key, eventUs);
        return publish(exchangeSymbol, quote, eventUs);
      };
      // The top that answers a subscription ends it too.
      host.onSent((exchangeSymbol) => this.#hears(keyOf(exchangeSymbol), clock.nowUs()));
      this.#watchWords(host, keyOf);
    }
  }

  /** Every top as it was told: of quotes, and of the answers to subscriptions. */
  #watchWords(
    host: ReturnType<Awaited<ReturnType<typeof startSimServer>>['exchange']>,
    keyOf: (s: string) => string,
  ): void {
    const { faults, book } = host;
    const shaped = faults.quote.bind(faults);
    faults.quote = (symbol, quote) => {
      const told = shaped(symbol, quote);
      this.#note(keyOf(symbol), told);
      return told;
    };
    const top = book.quoteOf.bind(book);
    book.quoteOf = (exchangeSymbol, atUs) => {
      const told = top(exchangeSymbol, atUs);
      if (told !== undefined) this.#note(keyOf(exchangeSymbol), told);
      return told;
    };
  }

  said(key: string, bid: number, ask: number): boolean {
    return this.#prices.get(key)?.has(words(bid, ask)) === true;
  }

  /** Stretches in which an instrument that had been wanted was not. */
  unwanted(nowUs: number): readonly Lost[] {
    for (const key of [...this.#deaf.keys()]) this.#hears(key, nowUs);
    return this.#spells;
  }

  #hears(key: string, nowUs: number): void {
    const fromUs = this.#deaf.get(key);
    this.#deaf.delete(key);
    if (fromUs !== undefined) this.#spells.push({ key, fromUs, toUs: nowUs, why: 'nobody was connected' });
  }

  #note(key: string, { bid, ask }: SimQuote): void {
    const known = this.#prices.get(key) ?? new Set<string>();
    known.add(words(bid, ask));
    this.#prices.set(key, known);
  }
}

/** As a frame can tell them: the last bits of a product are lost in decimals. */
function words(bid: number, ask: number): string {
  return `${bid.toPrecision(12)} ${ask.toPrecision(12)}`;
}

/** Stretches in which a symbol, or all of an exchange, said nothing on purpose. */
class SilencedSpells {
  readonly #clock: { nowUs(): number };
  readonly #begun = new Map<PlannedFault, number>();
  readonly #spells: Lost[] = [];

  constructor(clock: { nowUs(): number }) {
    this.#clock = clock;
  }

  note(fault: PlannedFault, begins: boolean): void {
    if (fault.kind !== 'silent-symbol' || fault.exchangeSymbol === undefined) return;
    const nowUs = this.#clock.nowUs();
    if (begins) this.#begun.set(fault, nowUs);
    else this.#end(fault, nowUs);
  }

  spells(): readonly Lost[] {
    return this.#spells;
  }

  #end(fault: PlannedFault, nowUs: number): void {
    const fromUs = this.#begun.get(fault);
    this.#begun.delete(fault);
    if (fromUs === undefined || nowUs - fromUs < NOTICED_US_MAX) return;
    const simulated = SIM_EXCHANGES.find(({ name }) => name === fault.exchange)!;
    const [base, quote] = simulated.splitSymbol(fault.exchangeSymbol!)!;
    const key = `${fault.exchange} ${base}/${quote}`;
    this.#spells.push({ key, fromUs, toUs: nowUs, why: fault.kind });
  }
}
