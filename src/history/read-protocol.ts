// What may be read of the lake beside charts: of each kind, what is asked and what is answered. Types only; everything
// here survives a structured clone.

import type { Micros } from '../core/time.js';
import type { CoverageSegment, CoverageTotals } from '../lake/coverage-summary.js';
import type { HeatmapInput } from '../lake/heatmap.js';
import type { Holdings } from '../lake/holdings.js';
import type { LonePairOptions } from '../quality/lone-pair.js';
import type { Spell, SpellTotals } from '../quality/spells.js';
import type { CycleMark, CycleRules } from '../series/cycle-marks.js';

export interface CoverageRequest {
  /** Any spelling; any case. */
  readonly symbol: string;
  readonly exchange: string;
  /** Half-open. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** Nothing is known of what lies after it. */
  readonly nowUs: Micros;
  /** The list is never longer; see CoverageSummary. */
  readonly segmentsMax: number;
}

export interface Coverage {
  /** As charts spell them. */
  readonly symbol: string;
  readonly exchange: string;
  readonly totals: CoverageTotals;
  readonly segments: readonly CoverageSegment[];
  readonly joinedBelowUs: Micros;
  readonly cutAtUs: Micros | null;
}

/** A pair over a range; missing ends as in chartRange. */
export interface PairRange {
  /** Any spelling. */
  readonly symbol: string;
  /** Any case; exchange1 is the left leg. */
  readonly exchange1: string;
  readonly exchange2: string;
  /** Half-open. */
  readonly fromUs?: Micros;
  readonly toUs?: Micros;
  /** A longer range is not read. */
  readonly rangeUsMax: number;
  /** As in ChartRequest. */
  readonly knownUntilUs?: Micros;
}

/** A pair and a range as they were found, as charts spell them. */
export interface FoundRange {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

export interface LegsRequest extends PairRange {
  /** Of each leg at most; a whole number >= 7. */
  readonly points: number;
}

/** Of one leg; ascending, NaN = no price; a row of NaN where its quote stops standing. */
export interface LegColumns {
  readonly length: number;
  readonly timestampsUs: Float64Array;
  readonly bid: Float64Array;
  readonly ask: Float64Array;
}

export interface CyclesRequest extends PairRange, CycleRules {
  /** The newest so many. */
  readonly cyclesMax: number;
}

export interface CyclesFound extends FoundRange {
  /** In the order in which they ended. */
  readonly cycles: readonly CycleMark[];
  /** Armed, and then a hole. */
  readonly broken: number;
  /** Older ones were left out. */
  readonly more: boolean;
}

export interface QualityRequest extends PairRange, LonePairOptions {
  readonly spellsMax: number;
}

/** For how long a pair was refused for what; see Spells. */
export interface QualityFound extends FoundRange {
  readonly spells: readonly Spell[];
  /** Shorter ones were put together; 0: none were. */
  readonly joinedBelowUs: number;
  readonly totals: SpellTotals;
}

/** See HeatmapInput. */
export type HeatmapRequest = Pick<HeatmapInput, 'hours' | 'nowUs' | 'exchange' | 'rowsMax'>;

/** The body of an answer that is long: written by the worker, so that the main loop has only to pass it on. */
export interface WrittenBody {
  readonly json: string;
}

/** Of a range that is longer than it may be. */
export interface TooLong {
  readonly tooLong: true;
}

export interface ReadRequests {
  readonly coverage: CoverageRequest;
  readonly legs: LegsRequest;
  readonly cycles: CyclesRequest;
  readonly quality: QualityRequest;
  /** Beside charts, as all that is of no pair. */
  readonly holdings: { readonly nowUs: Micros };
  readonly heatmap: HeatmapRequest;
}

export interface ReadAnswers {
  readonly coverage: Coverage;
  readonly legs: WrittenBody | TooLong;
  readonly cycles: CyclesFound | TooLong;
  readonly quality: QualityFound | TooLong;
  readonly holdings: Holdings;
  readonly heatmap: WrittenBody;
}

export type ReadKind = keyof ReadRequests;

export type ReadMessage = {
  [Kind in ReadKind]: {
    readonly type: 'read';
    readonly id: number;
    readonly kind: Kind;
    readonly request: ReadRequests[Kind];
  };
}[ReadKind];
