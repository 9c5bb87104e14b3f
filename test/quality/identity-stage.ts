// A market, the real table of pairs over it, and the judge: for tests that say what is told when.

import { InstrumentTable } from '../../src/core/instrument.js';
import { Identity } from '../../src/quality/identity.js';
import { VERDICTS, type Verdict } from '../../src/quality/identity-score.js';
import type { IdentityOptions } from '../../src/quality/identity-types.js';
import { PairTable } from '../../src/windows/pair-table.js';
import type { LabelledListing } from './identity-listings.js';
import { IdentityMarket, type MarketOptions } from './identity-market.js';

export interface Stage {
  readonly market: IdentityMarket;
  readonly identity: Identity;
  readonly pairs: PairTable;
  /** Runs until `isDone`, at most so many seconds; gives the seconds that went by. */
  run(secondsMax: number, isDone?: () => boolean): number;
  verdict(exchange1: string, exchange2: string): Verdict;
  pair(exchange1: string, exchange2: string): number;
}

export function listed(exchange: string, coin: string, more: Partial<LabelledListing> = {}): LabelledListing {
  const base = more.base ?? 'XYZ';
  return {
    group: 'XYZ',
    exchange,
    base,
    coin,
    multiplier: 1,
    isKnownBad: false,
    kind: 'free',
    source: 'test',
    ...more,
  };
}

export function createStage(
  options: Omit<MarketOptions, 'seed'> & { readonly seed?: number },
  more: Partial<IdentityOptions> = {},
): Stage {
  const market = new IdentityMarket({ seed: 7, isCalm: true, ...options });
  const instruments = new InstrumentTable();
  for (const { exchange, base } of market.listings) instruments.intern(exchange, `${base}/USDT`);
  const pairs = new PairTable({ instruments, pairsMax: 100, spotPerp: false });
  pairs.meetNewInstruments();
  const identity = new Identity({
    pairs,
    latest: market,
    stands: market.stands,
    instrumentsMax: 100,
    ...more,
  });
  const pair = (exchange1: string, exchange2: string): number => {
    const symbol = `${market.listings[0]!.base}/USDT`;
    return pairs.find({ symbol, exchange1, exchange2 })!.pair;
  };
  return {
    market,
    identity,
    pairs,
    pair,
    verdict: (exchange1, exchange2) => VERDICTS[identity.verdictOf(pair(exchange1, exchange2))]!,
    run: (secondsMax, isDone = () => false) => {
      let seconds = 0;
      while (seconds < secondsMax && !isDone()) {
        identity.second(market.step());
        seconds += 1;
      }
      return seconds;
    },
  };
}
