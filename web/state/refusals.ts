// Why a spread would not be traded, as the server has it in bits. The words of the page for each: i18n/quality.ts.

import { REFUSALS, type Refusal } from '../../src/client/index.js';
import { type TextKey, t } from '../i18n/words.js';

export { REFUSALS };

/** What every spread has that is not an opportunity: it comes after the reasons that say more. */
const BELOW_COSTS: Refusal = 'below-costs';

function bitOf(refusal: Refusal): number {
  return 1 << REFUSALS.indexOf(refusal);
}

export const BELOW_COSTS_BIT = bitOf(BELOW_COSTS);
/** With one of these there is no spread to be shown. */
export const UNSEEN_BITS = bitOf('no-live-leg') | bitOf('lagging') | bitOf('stale') | bitOf('halted');

export function refusalsOf(bits: number): readonly Refusal[] {
  const found = REFUSALS.filter((_, at) => (bits & (1 << at)) !== 0);
  return found.includes(BELOW_COSTS) ? [...found.filter((one) => one !== BELOW_COSTS), BELOW_COSTS] : found;
}

export function refusalWord(refusal: Refusal): string {
  return t(`refusal.${refusal}` satisfies TextKey);
}

/** `stale, thin`; empty: it could be traded. */
export function refusalWords(refusals: readonly Refusal[]): string {
  return refusals.map(refusalWord).join(', ');
}
