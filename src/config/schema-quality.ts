// The keys of `quality`: by which limits a spread is believed. Reads nothing. Reasons: docs/quality.md.

import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;

const limit = (description: string, value: number, minimum: number, maximum: number) =>
  Type.Number({ description, default: value, minimum, maximum });

export const QualitySchema = Type.Object(
  {
    flickerMsMin: limit('A spread that stands shorter is not traded (milliseconds).', 500, 0, 60_000),
    skewMsMax: limit(
      'By the exchanges’ clocks one leg’s quote may have been so much longer under way (milliseconds).',
      500,
      1,
      60_000,
    ),
    notionalMin: limit(
      'What stands at both tops is worth at least this (quote currency).',
      100,
      0,
      1_000_000_000,
    ),
    identityFile: Type.Optional(
      Type.String({
        description:
          'A JSON file that says which instruments are one coin and which are not (docs/identity.md).',
        minLength: 1,
      }),
    ),
    implausiblePercent: limit(
      'No spread between two markets of one coin is greater (percent).',
      10,
      0.01,
      1_000_000,
    ),
    implausiblePendingPercent: limit(
      'The same while nothing proves yet that they are one coin (percent).',
      1.5,
      0.01,
      1_000_000,
    ),
  },
  { ...closed, default: {} },
);

export type QualityConfig = Readonly<Static<typeof QualitySchema>>;
