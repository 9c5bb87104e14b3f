// What the API says of whether a spread is real, as types only: a part of contract.ts.

export type { Refusal } from '../core/refusals.js';
