// The keys of the configuration about taking quotes in.

import Type, { type Static } from 'typebox';

export const IngestSchema = Type.Object(
  {
    workers: Type.Enum(['auto', 0, 1, 2, 3, 4, 5, 6, 7, 8], {
      description:
        'Threads that read the sockets and decode. 0: one thread does everything; auto: none with two cores, up to 4 with more.',
      default: 'auto',
    }),
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
