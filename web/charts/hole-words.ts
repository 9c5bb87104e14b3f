// Why a chart has a hole at a moment, in words: asked for when somebody points there, and kept. The coverage of a leg says it.

import type { CoverageReply, PairName } from '../../src/api/contract.js';
import { holeWords } from '../parts/coverage-strip.js';
import { fetchJson, ServerError } from '../server.js';

/** Around the moment: holes begin with the last sign of life. */
const AROUND_SECONDS = 600;
const KEPT_MAX = 200;

const kept = new Map<string, Promise<CoverageReply | null>>();

/** Empty where the server does not say. */
export async function whyHole({ symbol, exchange1, exchange2 }: PairName, seconds: number): Promise<string> {
  const legs = await Promise.all(
    [exchange1, exchange2].map((exchange) => coverageOf(symbol, exchange, seconds)),
  );
  return legs.every((leg) => leg === null) ? '' : holeWords(legs, seconds);
}

function coverageOf(symbol: string, exchange: string, seconds: number): Promise<CoverageReply | null> {
  const middle = Math.round(seconds / AROUND_SECONDS) * AROUND_SECONDS;
  const [from, to] = [middle - AROUND_SECONDS, middle + AROUND_SECONDS];
  const query = new URLSearchParams({ symbol, exchange, from: `${from * 1_000}`, to: `${to * 1_000}` });
  const path = `/api/coverage?${query}`;
  let asked = kept.get(path);
  if (asked === undefined) {
    asked = (fetchJson(path) as Promise<CoverageReply>).catch((error: unknown) => {
      kept.delete(path);
      if (error instanceof ServerError) return null;
      throw error;
    });
    kept.set(path, asked);
    // The oldest goes first.
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!);
  }
  return asked;
}
