// One exchange: its listing (asked again and again until it comes, then hourly), the instruments chosen from it, the
// shards that carry them, and what of them is silent. A dead exchange never touches another.

import type { GapReason } from '../core/reasons.js';
import { type Cancel, type Micros, US_PER_MINUTE } from '../core/time.js';
import type { ListedInstrument } from '../exchanges/exchange.js';
import { type Backoff, createBackoff } from './backoff.js';
import { DeadStreams } from './dead-streams.js';
import {
  type ExchangeHealth,
  type FeedFacts,
  healthOf,
  type InstrumentHealth,
  instrumentsOf,
} from './feed-health.js';
import type { ExchangeFeedOptions } from './feed-options.js';
import { LagWatch } from './lag-watch.js';
import type { InstrumentLife } from './life.js';
import { fetchListing } from './listing.js';
import { createPacer, type Pacer } from './pacer.js';
import { LOOK_MS } from './reading-turn.js';
import { RestError } from './rest.js';
import { Revival } from './revival.js';
import { Roster } from './roster.js';
import { NOTHING_SELECTED, type Selection, selectInstruments, tradesStill } from './selection.js';
import { Shard, type ShardSink } from './shard.js';
import { Silence } from './silence.js';
import type { Source } from './source.js';

export type { ExchangeHealth, ExchangeState } from './feed-health.js';
export type { ExchangeFeedOptions } from './feed-options.js';

/** How often silent instruments are looked for. */
const SILENCE_LOOK_MS = 1_000;
/** A symbol that is missing over REST makes the listing be read early, but no more often than this. */
const EARLY_LISTING_US = US_PER_MINUTE;

export class ExchangeFeed implements Source {
  readonly #options: ExchangeFeedOptions;
  readonly #abort = new AbortController();
  readonly #pacer: Pacer;
  readonly #roster: Roster;
  readonly #silence: Silence;
  readonly #listingBackoff: Backoff;
  readonly #revival: Revival;
  readonly #deadStreams: DeadStreams;
  readonly #lag: LagWatch;
  #timers: readonly Cancel[] = [];
  #selection: Selection = NOTHING_SELECTED;
  #failure: string | undefined;
  #nextListing: Cancel = () => {};
  #readingListing = false;
  #listingUs: Micros = Number.NaN;
  #lastName = 0;
  #stopped = false;

  constructor(options: ExchangeFeedOptions) {
    this.#options = options;
    const { adapter, limits, clock, random, instruments } = options;
    this.#revival = new Revival(adapter.limits, random);
    this.#pacer = createPacer(adapter.limits.connectIntervalMs, clock);
    this.#listingBackoff = createBackoff(limits.reconnectDelayMsMin, limits.reconnectDelayMsMax, random);
    this.#roster = new Roster({
      exchange: adapter.name,
      instruments,
      symbolsPerConnection: adapter.limits.symbolsPerConnection,
      makeShard: () => this.#makeShard(),
      gone: (life) => this.#gone(life),
    });
    this.#deadStreams = new DeadStreams({
      ...options,
      exchange: adapter.name,
      revival: this.#revival,
      shardOf: (id) => this.#roster.shardOf(id),
    });
    this.#lag = new LagWatch(options);
    this.#silence = new Silence({
      ...options,
      signal: this.#abort.signal,
      dead: (life, unverified) => this.#deadStreams.dead(life, unverified),
      missing: () => this.#listingIsOld(),
    });
  }

  get name(): string {
    return this.#options.adapter.name;
  }

  /** What of the listing is watched; another array after each listing. */
  get selected(): Selection['selected'] {
    return this.#selection.selected;
  }

  /** Begins and returns at once; how far it got is in `health`. */
  start(): void {
    const { clock } = this.#options;
    this.#timers = [
      clock.every(SILENCE_LOOK_MS, () => this.#look()),
      clock.every(LOOK_MS, () => this.#lag.look(this.#roster.shards)),
    ];
    void this.#readListing();
  }

  stop(): void {
    this.#stopped = true;
    this.#nextListing();
    for (const cancel of this.#timers) cancel();
    this.#abort.abort();
    this.#roster.stop();
  }

  /** Replaces every connection by a new one, without a hole; as happens by itself before a connection's life is over. */
  roll(): void {
    for (const shard of this.#roster.shards) shard.roll();
  }

  health(): ExchangeHealth {
    return healthOf(this.#facts());
  }

  /** Every listed instrument: whether it is watched, why not, and how it is. */
  instruments(): readonly InstrumentHealth[] {
    return instrumentsOf(this.#facts());
  }

  #facts(): FeedFacts {
    return {
      nowUs: this.#options.clock.nowUs(),
      stopped: this.#stopped,
      failure: this.#failure,
      listingUs: this.#listingUs,
      selection: this.#selection,
      roster: this.#roster,
    };
  }

  // ---- The listing ----

  async #readListing(): Promise<void> {
    if (this.#readingListing || this.#stopped) return;
    this.#readingListing = true;
    this.#nextListing();
    const { limits, clock } = this.#options;
    let nextMs = limits.listingIntervalMs;
    try {
      this.#follow(await fetchListing(this.#options, this.#abort.signal));
      this.#failure = undefined;
      this.#listingBackoff.reset();
    } catch (error) {
      if (this.#stopped) return;
      nextMs = this.#listingBackoff.next(error instanceof RestError ? error.retryAfterMs : 0);
      const reason = error instanceof Error ? error.message : String(error);
      this.#failure = `listing: ${reason}`;
      this.#options.log.warn('listing not available', {
        exchange: this.name,
        reason,
        retryMs: Math.round(nextMs),
      });
    } finally {
      this.#readingListing = false;
    }
    if (!this.#stopped) this.#nextListing = clock.after(nextMs, () => void this.#readListing());
  }

  #follow(listing: readonly ListedInstrument[]): void {
    if (this.#stopped) return;
    const isFirst = Number.isNaN(this.#listingUs);
    this.#listingUs = this.#options.clock.nowUs();
    this.#selection = selectInstruments(listing, this.#options.rule, this.#roster);
    const { added, removed } = this.#roster.follow(this.#selection.selected);
    if (!isFirst && added === 0 && removed === 0) return;
    this.#options.log.info('listing read', {
      exchange: this.name,
      listed: listing.length,
      selected: this.#selection.selected.length,
      added,
      removed,
      connections: this.#roster.shards.length,
    });
  }

  /** Something happened that the listing may explain. */
  #listingIsOld(): void {
    if (this.#options.clock.nowUs() - this.#listingUs > EARLY_LISTING_US) void this.#readListing();
  }

  /** Outside the filter now; or delisted, or halted, since some moment after its last sign of life. */
  #gone(life: InstrumentLife): void {
    const { sink, clock } = this.#options;
    const nowUs = clock.nowUs();
    const isHalted = !tradesStill(this.#selection, life.listed.exchangeSymbol);
    // A disconnect's hole, told before, need not reach back as far.
    const isShort = isHalted && !life.stale && !Number.isNaN(life.lastQuoteUs);
    const fromUs = isHalted ? life.signOfLifeUs : nowUs;
    // Whoever speaks for it later begins without what is told of it now.
    if (life.lagging) sink.status(life.instrumentId, 'in-time', life.ageLimitUs, nowUs);
    life.lagging = false;
    if (life.valid || isShort) sink.gap(life.instrumentId, fromUs, 'unsubscribed', nowUs);
  }

  // ---- The shards ----

  #makeShard(): Shard {
    const {
      adapter,
      wantsTrades = false,
      restUrl,
      wsUrl,
      limits,
      clock,
      random,
      log,
      tap,
      turn,
    } = this.#options;
    const shared = { adapter, wantsTrades, restUrl, wsUrl, limits, clock, random, log };
    return new Shard({
      shared: {
        ...shared,
        listing: this.#roster.listing,
        pacer: this.#pacer,
        ...(tap === undefined ? {} : { tap }),
        ...(turn === undefined ? {} : { turn }),
      },
      nextName: () => {
        this.#lastName = this.#options.nextConnection?.() ?? this.#lastName + 1;
        return `${adapter.name}#${this.#lastName}`;
      },
      sink: this.#sink,
      isKnown: (id, { bid, bidSize, ask, askSize }) => {
        const life = this.#roster.lifeOf(id);
        const known = [life?.bid, life?.bidSize, life?.ask, life?.askSize];
        return [bid, bidSize, ask, askSize].every((value, at) => Object.is(value, known[at]));
      },
    });
  }

  /** The hot path: one look-up, and nothing allocated. */
  readonly #sink: ShardSink = {
    quote: (id, bid, bidSize, ask, askSize, exchangeUs, receivedUs) => {
      const placed = this.#roster.placed(id);
      if (placed === undefined) return;
      const { life, shard } = placed;
      const { sink } = this.#options;
      if (shard.connection.refused.size > 0) this.#revival.streams(life, shard);
      if (life.stale) this.#deadStreams.healed(life, receivedUs);
      life.quote(bid, bidSize, ask, askSize, receivedUs);
      const limitUs = life.newAgeLimitUs();
      if (!Number.isNaN(limitUs)) sink.status(id, 'age-limit', limitUs, receivedUs);
      sink.quote(id, bid, bidSize, ask, askSize, exchangeUs, receivedUs);
    },
    trade: (id, ...trade) => {
      if (this.#roster.lifeOf(id) !== undefined) this.#options.sink.trade(id, ...trade);
    },
    gap: (id, fromUs, reason, nowUs) => this.#hole(id, fromUs, reason, nowUs),
    alive: (connection, provenUs, nowUs) => this.#options.sink.alive(connection, provenUs, nowUs),
  };

  #hole(id: number, fromUs: Micros, reason: GapReason, nowUs: Micros): void {
    const life = this.#roster.lifeOf(id);
    if (life === undefined) return;
    // What a hole in the numbering has swallowed came at any moment after the last sign of life.
    const isInNumbering = reason === 'sequence' || reason === 'reset';
    const reachUs = isInNumbering && life.valid ? Math.min(fromUs, life.signOfLifeUs) : fromUs;
    life.interrupt();
    this.#options.sink.gap(id, reachUs, reason, nowUs);
    // A hole in the numbering: only this instrument is asked for anew, when its decoder is done with the frame.
    if (reason === 'sequence') this.#options.clock.after(0, () => this.#roster.shardOf(id)?.renew(life));
  }

  // ---- Silence and refusals ----

  #look(): void {
    this.#silence.look(this.#listening());
    this.#revival.lookAtRefused(this.#roster.shards, this.#options.clock.nowUs());
  }

  *#listening(): Iterable<InstrumentLife> {
    for (const { connection, lives } of this.#roster.shards) {
      if (Number.isNaN(connection.openedUs)) continue;
      for (const life of lives) if (!connection.refused.has(life.listed.exchangeSymbol)) yield life;
    }
  }
}
