// The words of the views of exchanges and lake, in both languages. A part of words.ts.

import type { Part } from './words.js';

const en = { texts: {}, counts: {} } as const;

export const placesWords = { en, ru: { texts: {}, counts: {} } } as const satisfies Part<typeof en>;
