// The instruments of one exchange that are watched now, each in the shard that carries it. Follows the selection:
// what is new is subscribed where there is room, what is gone is given up with a Gap. Decides nothing else.

import type { InstrumentTable } from '../core/instrument.js';
import type { DecoderListing } from '../exchanges/exchange.js';
import { InstrumentLife } from './life.js';
import type { SelectedInstrument } from './selection.js';
import type { Shard } from './shard.js';

export interface RosterOptions {
  readonly exchange: string;
  readonly instruments: InstrumentTable;
  readonly symbolsPerConnection: number;
  /** A shard without instruments, not started. */
  readonly makeShard: () => Shard;
  /** The instrument is watched no longer. */
  readonly gone: (life: InstrumentLife) => void;
}

interface Placed {
  readonly life: InstrumentLife;
  readonly shard: Shard;
}

export class Roster {
  /** What decoders may know: those watched now. */
  readonly listing: DecoderListing;
  readonly #options: RosterOptions;
  readonly #bySymbol = new Map<string, Placed>();
  /** Index = instrument id: they are looked up with every quote. */
  readonly #byId: (Placed | undefined)[] = [];
  #shards: readonly Shard[] = [];
  /** Of the listing. */
  #version = 0;

  constructor(options: RosterOptions) {
    this.#options = options;
    const roster = this;
    this.listing = {
      get version() {
        return roster.#version;
      },
      idOf: (exchangeSymbol) => this.#bySymbol.get(exchangeSymbol)?.life.instrumentId ?? -1,
      contractSizeOf: (id) => this.#byId[id]?.life.listed.contractSize ?? 1,
    };
  }

  get size(): number {
    return this.#bySymbol.size;
  }

  get shards(): readonly Shard[] {
    return this.#shards;
  }

  /** Whether the exchange's symbol is watched. */
  has(exchangeSymbol: string): boolean {
    return this.#bySymbol.has(exchangeSymbol);
  }

  lifeOf(instrumentId: number): InstrumentLife | undefined {
    return this.#byId[instrumentId]?.life;
  }

  find(exchangeSymbol: string): Placed | undefined {
    return this.#bySymbol.get(exchangeSymbol);
  }

  placed(instrumentId: number): Placed | undefined {
    return this.#byId[instrumentId];
  }

  shardOf(instrumentId: number): Shard | undefined {
    return this.#byId[instrumentId]?.shard;
  }

  /** Watches exactly these from now on. */
  follow(selected: readonly SelectedInstrument[]): { added: number; removed: number } {
    const wanted = new Map(selected.map((one) => [one.listed.exchangeSymbol, one]));
    let removed = 0;
    for (const [exchangeSymbol, { life }] of this.#bySymbol) {
      const still = wanted.get(exchangeSymbol);
      if (still?.symbol === life.symbol) life.listed = still.listed;
      else {
        this.#remove(exchangeSymbol);
        removed += 1;
      }
    }
    const fresh = selected.filter(({ listed }) => !this.#bySymbol.has(listed.exchangeSymbol));
    this.#add(fresh);
    this.#version += 1;
    return { added: fresh.length, removed };
  }

  stop(): void {
    for (const shard of this.#shards) shard.stop();
  }

  #add(fresh: readonly SelectedInstrument[]): void {
    const { exchange, instruments, symbolsPerConnection, makeShard } = this.#options;
    let at = 0;
    while (at < fresh.length) {
      const roomy = this.#shards.find((shard) => shard.size < symbolsPerConnection);
      const shard = roomy ?? makeShard();
      const room = symbolsPerConnection - shard.size;
      const lives = fresh.slice(at, at + room).map(({ symbol, listed }) => {
        const { id } = instruments.intern(exchange, symbol);
        const life = new InstrumentLife(id, symbol, listed);
        this.#version += 1;
        this.#bySymbol.set(listed.exchangeSymbol, { life, shard });
        // Without holes an array stays an array.
        while (this.#byId.length < id) this.#byId.push(undefined);
        this.#byId[id] = { life, shard };
        return life;
      });
      at += lives.length;
      shard.add(lives);
      if (roomy !== undefined) continue;
      this.#shards = [...this.#shards, shard];
      shard.start();
    }
  }

  #remove(exchangeSymbol: string): void {
    const placed = this.#bySymbol.get(exchangeSymbol);
    if (placed === undefined) return;
    const { life, shard } = placed;
    this.#version += 1;
    this.#bySymbol.delete(exchangeSymbol);
    this.#byId[life.instrumentId] = undefined;
    shard.remove(life);
    this.#options.gone(life);
    if (shard.size > 0) return;
    shard.stop();
    this.#shards = this.#shards.filter((other) => other !== shard);
  }
}
