// The keys of `analysis`: statistics of pairs that are computed while recording. Reads nothing.

import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;

export const AnalysisSchema = Type.Object(
  {
    intervalMinutes: Type.Number({
      description: 'Statistics are computed anew this often while recording (minutes).',
      default: 15,
      minimum: 0.1,
      maximum: 10_080,
    }),
    windowHours: Type.Number({
      description: 'They cover so much up to now (hours).',
      default: 24,
      minimum: 0.1,
      maximum: 8_784,
    }),
    filesMax: Type.Integer({
      description: 'So many statistics files are kept; the oldest go first.',
      default: 200,
      minimum: 1,
      maximum: 100_000,
    }),
    takerFeePercent: Type.Object(
      {},
      {
        additionalProperties: Type.Number({ minimum: -1, maximum: 10 }),
        description:
          'Taker fees by exchange (percent of the notional); default: each one’s own for little volume.',
        default: {},
      },
    ),
  },
  { ...closed, default: {} },
);

export type AnalysisConfig = Readonly<Static<typeof AnalysisSchema>> & {
  readonly takerFeePercent: Readonly<Record<string, number>>;
};
