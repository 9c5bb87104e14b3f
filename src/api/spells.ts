// GET /api/quality: for how long a pair was refused for what over a range, judged from what the lake holds by the kernel that judges live. A
// history worker reads and judges; a client that goes away stops it.

import type { FastifyInstance } from 'fastify';
import { REFUSALS, type Refusal } from '../core/refusals.js';
import { secondsOf, US_PER_DAY } from '../core/time.js';
import type { History, QualityFound, QualityRequest } from '../history/service.js';
import type { PairName, QualityReply } from './contract.js';
import { QUALITY, QUALITY_QUERY } from './page-shapes.js';
import { pairFound } from './pair-answers.js';
import { givenRange, neededPair, type Query } from './query.js';
import { readFor, sendJson } from './read-for.js';
import { badRequests } from './shapes.js';

export interface SpellsDeps {
  readonly history: History;
  /** By what a pair is judged now; names in any spelling. */
  readonly judgedBy: (names: PairName) => Pick<QualityRequest, 'costPercent' | 'identity' | 'thresholds'>;
  readonly limits: { readonly qualityDaysMax: number; readonly spellsMax: number };
}

export function spellsRoute(app: FastifyInstance, { history, judgedBy, limits }: SpellsDeps): void {
  const { qualityDaysMax, spellsMax } = limits;
  const schema = {
    summary: `Why the spread of a pair was refused over a range, spell by spell, and for how long in all. At most ${qualityDaysMax} days`,
    querystring: QUALITY_QUERY,
    response: { 200: QUALITY, ...badRequests(400, 404, 503) },
  };
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.get('/api/quality', { schema, validatorCompiler }, async (request, reply) => {
    const query = request.query as Query;
    const pair = neededPair(query);
    const found = await readFor(reply, history, 'quality', {
      ...{ ...pair, ...givenRange(query), ...judgedBy(pair) },
      ...{ rangeUsMax: qualityDaysMax * US_PER_DAY, spellsMax },
    });
    return sendJson(reply, JSON.stringify(bodyOf(pairFound(found, pair, query, qualityDaysMax))));
  });
}

function bodyOf({ fromUs, toUs, spells, joinedBelowUs, totals, ...names }: QualityFound): QualityReply {
  const { seenUs, payingUs, tradableUs, refusedUs } = totals;
  const refusedSeconds = Object.fromEntries(
    Object.entries(refusedUs).map(([reason, us]) => [reason, secondsOf(us)]),
  ) as Record<Refusal, number>;
  return {
    ...names,
    ...{ from: secondsOf(fromUs), to: secondsOf(toUs), reasons: REFUSALS },
    starts: spells.map((spell) => secondsOf(spell.fromUs)),
    refusals: spells.map(({ refusals }) => refusals),
    joinedBelowSeconds: secondsOf(joinedBelowUs),
    ...{ seenSeconds: secondsOf(seenUs), payingSeconds: secondsOf(payingUs) },
    ...{ tradableSeconds: secondsOf(tradableUs), refusedSeconds },
  };
}
