// The words of the view of one pair, in both languages. A part of words.ts.

import type { Part } from './words.js';

const en = { texts: {}, counts: {} } as const;

export const pairWords = { en, ru: { texts: {}, counts: {} } } as const satisfies Part<typeof en>;
