// The labelled set: which ticker stands for which coin, and in which unit, on which exchange; each row with its source. Reads
// the committed table, and no more.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/shared.js';

export interface LabelledListing {
  /** Listings of one group are paired with each other. */
  readonly group: string;
  readonly exchange: string;
  /** As it is listed there. */
  readonly base: string;
  /** Two listings of one coin are the same, whatever they are called. */
  readonly coin: string;
  /** Coins in one unit. */
  readonly multiplier: number;
  readonly isKnownBad: boolean;
  readonly kind: 'free' | 'pegged' | 'wrapped';
  readonly source: string;
}

export function labelledListings(): readonly LabelledListing[] {
  const text = readFileSync(join(projectRoot(), 'test/quality/listings/listings.csv'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const cells = [...line.matchAll(/"((?:[^"]|"")*)"|([^,]+)/g)].map(([, quoted, plain]) =>
        (quoted ?? plain ?? '').replaceAll('""', '"'),
      );
      const [group, exchange, base, coin, multiplier, knownBad, kind, source] = cells as [
        string,
        ...string[],
      ];
      return {
        group,
        exchange: exchange!,
        base: base!,
        coin: coin!,
        multiplier: Number(multiplier),
        isKnownBad: knownBad === 'yes',
        kind: kind as LabelledListing['kind'],
        source: source!,
      };
    });
}

export function groupsOf(
  listings: readonly LabelledListing[],
): ReadonlyMap<string, readonly LabelledListing[]> {
  const groups = new Map<string, LabelledListing[]>();
  for (const listing of listings) groups.set(listing.group, [...(groups.get(listing.group) ?? []), listing]);
  return groups;
}
