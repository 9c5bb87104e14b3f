// The list of opportunities for clients of protocol v2: asked for once an interval while somebody wants it, and at once for a
// newcomer; written once for all who want the whole list.

import { exchangeKey } from '../core/exchange.js';
import { symbolKey } from '../core/symbol.js';
import type { Cancel, Clock, Micros } from '../core/time.js';
import type { FollowerClient, Put } from './follower.js';
import { ageMsOf, stampText } from './forms.js';
import type { OpportunityRow } from './protocol.js';
import type { Wanted } from './request.js';
import { BIT } from './standing.js';

/** Best first, and when that was; NaN before the first second. */
export type OpportunityLister = () => Promise<{
  readonly asOfUs: Micros;
  readonly rows: readonly OpportunityRow[];
}>;

export interface OpportunityStreamParts {
  readonly opportunities: OpportunityLister;
  readonly clock: Clock;
  readonly clientClock: Clock;
  readonly lastSeq: () => Micros;
  readonly clients: () => Iterable<FollowerClient>;
  readonly opportunitiesMs: number;
  readonly opportunitiesMax: number;
  readonly put: Put;
}

export class OpportunityStream {
  readonly #parts: OpportunityStreamParts;
  #cancel: Cancel | null = null;

  constructor(parts: OpportunityStreamParts) {
    this.#parts = parts;
  }

  /** Its first list. */
  welcome(client: FollowerClient): void {
    const { clientClock, opportunitiesMs } = this.#parts;
    this.#cancel ??= clientClock.every(opportunitiesMs, () => void this.#tell());
    void this.#give([client]);
  }

  async #tell(): Promise<void> {
    const wanting = [...this.#parts.clients()].filter(isWanting);
    if (wanting.length > 0) return await this.#give(wanting);
    this.#cancel?.();
    this.#cancel = null;
  }

  async #give(clients: readonly FollowerClient[]): Promise<void> {
    const { asOfUs, rows } = await this.#parts.opportunities();
    let whole: Buffer | null = null;
    for (const client of clients) {
      const { wanted, isGone } = client.state;
      // It may have left, or want something else, meanwhile.
      if (isGone || wanted === null || !isWanting(client)) continue;
      const { symbols, exchanges, pairs } = wanted;
      const isWhole = symbols === null && exchanges === null && pairs.length === 0;
      if (isWhole) whole ??= this.#text(rows, asOfUs);
      client.state.count += 1;
      this.#parts.put(client, whole !== null && isWhole ? whole : this.#text(chosen(rows, wanted), asOfUs));
    }
  }

  #text(rows: readonly OpportunityRow[], asOfUs: Micros): Buffer {
    const { lastSeq, clock, opportunitiesMax } = this.#parts;
    const seq = lastSeq();
    const asOf = Number.isNaN(asOfUs) ? seq : asOfUs;
    const ageMs = ageMsOf(clock.nowUs(), Number.NaN, asOf);
    return Buffer.from(
      `{"type":"opportunities",${stampText(seq, asOf, Number.NaN, ageMs, BIT.snapshot)},` +
        `"rows":${JSON.stringify(rows.slice(0, opportunitiesMax))},"total":${rows.length}}`,
    );
  }
}

function isWanting({ state }: FollowerClient): boolean {
  return state.isCaughtUp && state.wanted?.streams.has('opportunities') === true;
}

/** Those of a wanted symbol both of whose exchanges are wanted, and wanted pairs, either way round. */
function chosen(rows: readonly OpportunityRow[], wanted: Wanted): readonly OpportunityRow[] {
  const { symbols, exchanges, pairs } = wanted;
  const pairKeys = new Set(pairs.flatMap(([symbol, a, b]) => [keyOf(symbol, a, b), keyOf(symbol, b, a)]));
  return rows.filter(({ symbol, exchange1, exchange2 }) => {
    if (pairKeys.has(keyOf(symbol, exchange1, exchange2))) return true;
    const isOf = (name: string) => exchanges === null || exchanges.has(exchangeKey(name));
    return (symbols === null || symbols.has(symbolKey(symbol))) && isOf(exchange1) && isOf(exchange2);
  });
}

function keyOf(symbol: string, exchange1: string, exchange2: string): string {
  return `${symbolKey(symbol)}|${exchangeKey(exchange1)}|${exchangeKey(exchange2)}`;
}
