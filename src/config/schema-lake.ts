// The keys of the configuration under `lake`; see schema.ts.

import Type from 'typebox';

export const LakeSchema = Type.Object(
  {
    root: Type.String({
      description: 'Folder of the lake: recorded quotes and their journal.',
      default: 'data/market_data',
      minLength: 1,
    }),
    hotDays: Type.Integer({
      description:
        'So many of the newest days (UTC, today included) keep a file an hour; closed days before are compacted to one file a day.',
      default: 2,
      minimum: 1,
      maximum: 100_000,
    }),
    retentionDays: Type.Optional(
      Type.Integer({
        description:
          'So many of the newest days (UTC, today included) are kept; absent: all. Older ones are removed for good.',
        minimum: 1,
        maximum: 100_000,
      }),
    ),
    maxBytes: Type.Optional(
      Type.Integer({
        description:
          'The oldest days are removed for good until the lake is no larger (bytes); absent: no bound. Never today.',
        minimum: 1,
      }),
    ),
  },
  { additionalProperties: false, default: {} },
);
