// What /api/identity tells, out of the judge's clusters and evidence. Composition only, like app.ts.

import type { IdentityReply, IdentityWitness } from './api/contract.js';
import type { InstrumentTable } from './core/instrument.js';
import { orNull } from './core/numbers.js';
import type { Identity } from './quality/identity.js';
import { VERDICTS } from './quality/identity-score.js';
import type { PairTable } from './windows/pair-table.js';

const DISPUTED_MAX = 200;

export function identityReply(
  identity: Identity,
  pairs: PairTable,
  instruments: InstrumentTable,
): IdentityReply {
  const counts: Record<string, number> = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
  for (let pair = 0; pair < pairs.size; pair += 1) counts[VERDICTS[identity.verdictOf(pair)]!]! += 1;
  const exchangeOf = (id: number): string => instruments.get(id).exchange;
  const witness = (leg: number, pair: number): IdentityWitness => {
    const isLeft = pairs.left[pair] === leg;
    const { ratio, seconds, nearShare, reason } = identity.evidence(pair);
    return {
      exchange: exchangeOf((isLeft ? pairs.right : pairs.left)[pair]!),
      ratio: orNull(isLeft ? ratio : 1 / ratio),
      seenSeconds: seconds,
      nearShare: orNull(nearShare),
      decidedBy: reason,
    };
  };
  const all = identity.disputed().map(({ parts, foreign }) => ({
    symbol: instruments.get(parts[0]?.[0] ?? foreign[0]!.leg).symbol,
    coins: parts.map((part) => part.map(exchangeOf)),
    foreign: foreign.map(({ leg, pairs: saying }) => ({
      exchange: exchangeOf(leg),
      witnesses: saying.map((pair) => witness(leg, pair)),
    })),
  }));
  all.sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  return {
    pairs: counts as IdentityReply['pairs'],
    disputed: all.slice(0, DISPUTED_MAX),
    more: all.length > DISPUTED_MAX,
  };
}
