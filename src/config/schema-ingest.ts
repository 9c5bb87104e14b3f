// The keys of the configuration about taking quotes in.

import Type, { type Static } from 'typebox';

export const IngestSchema = Type.Object(
  {
    lagMsMax: Type.Integer({
      description:
        'Quotes that reach this program later than this are marked as lagging, and make no spread (milliseconds).',
      default: 150,
      minimum: 50,
      maximum: 60_000,
    }),
  },
  { additionalProperties: false, default: {} },
);

export type IngestConfig = Readonly<Static<typeof IngestSchema>>;
