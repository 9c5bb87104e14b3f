// The words of rules and alerts, in both languages. A part of words.ts.

import type { Part } from './words.js';

const en = { texts: {}, counts: {} } as const;

export const alertsWords = { en, ru: { texts: {}, counts: {} } } as const satisfies Part<typeof en>;
