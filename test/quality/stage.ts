// Two exchanges, one symbol, a real hub with the layer of quality behind it: the stage of its tests. Time is what a test says.

import { InstrumentTable } from '../../src/core/instrument.js';
import type { GapReason, StatusKind } from '../../src/core/reasons.js';
import { type Refusal, refusalsOf } from '../../src/core/refusals.js';
import { Hub } from '../../src/hub/hub.js';
import { type IdentityState, Quality } from '../../src/quality/quality.js';
import { PairTable } from '../../src/windows/pair-table.js';
import { QUALITY_DEFAULTS } from './defaults.js';

export const ORIGIN_MS = 1_700_000_000_000;
export const COST_PERCENT = 0.4;

export type Side = 'left' | 'right';

export interface QuoteOf {
  readonly bid: number;
  readonly ask?: number;
  readonly bidSize?: number;
  readonly askSize?: number;
  /** How long it was under way by the exchange's clock; absent: it tells no time. */
  readonly underWayMs?: number;
}

export interface QualityStage {
  readonly hub: Hub;
  readonly quality: Quality;
  readonly pairs: PairTable;
  identity: IdentityState;
  quote(side: Side, atMs: number, of: QuoteOf): void;
  status(side: Side, atMs: number, status: StatusKind, value?: number): void;
  gap(side: Side, atMs: number, reason: GapReason, fromMs?: number): void;
  /** Both quote every 100 ms, at one price, from `fromMs` up to `toMs`. */
  calm(fromMs: number, toMs: number, of?: Partial<Record<Side, QuoteOf>>): void;
  refusals(atMs: number): readonly Refusal[];
}

/** `Alpha` is left, `Beta` right; both are known from the origin on. */
export function qualityStage(): QualityStage {
  const instruments = new InstrumentTable();
  const ids: Record<Side, number> = {
    left: instruments.intern('Alpha', 'BTC/USDT').id,
    right: instruments.intern('Beta', 'BTC/USDT').id,
  };
  const hub = new Hub({ instrumentsMax: 8, lastStampUs: 0 });
  const pairs = new PairTable({ instruments, pairsMax: 4, spotPerp: false });
  pairs.meetNewInstruments();
  const us = (atMs: number): number => (ORIGIN_MS + atMs) * 1_000;
  const stage: QualityStage = {
    hub,
    pairs,
    quality: new Quality({
      pairs,
      latest: hub.latest,
      lagging: hub.lagging,
      instrumentsMax: 8,
      costPercent: () => COST_PERCENT,
      identity: () => stage.identity,
      thresholds: QUALITY_DEFAULTS,
    }),
    identity: 'same',
    quote(side, atMs, { bid, ask = bid * 1.0001, bidSize, askSize, underWayMs }) {
      // Where nothing is said of sizes each quote has another: a repetition is not news.
      const size = 10 + (atMs % 7_919) / 7_919;
      const exchangeUs = underWayMs === undefined ? Number.NaN : us(atMs - underWayMs);
      hub.quote(ids[side], bid, bidSize ?? size, ask, askSize ?? size, exchangeUs, us(atMs));
    },
    status: (side, atMs, status, value = Number.NaN) => hub.status(ids[side], status, value, us(atMs)),
    gap: (side, atMs, reason, fromMs = atMs) => hub.gap(ids[side], us(fromMs), reason, us(atMs)),
    calm(fromMs, toMs, of = {}) {
      for (let atMs = fromMs; atMs < toMs; atMs += 100)
        for (const side of ['left', 'right'] as const)
          stage.quote(side, atMs + (side === 'left' ? 0 : 50), of[side] ?? { bid: 100 });
    },
    refusals: (atMs) => refusalsOf(stage.quality.refusalsAt(0, us(atMs))),
  };
  hub.subscribe(stage.quality);
  stage.quality.second(us(0));
  return stage;
}
