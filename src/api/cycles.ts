// GET /api/cycles: the cycles of a pair over a range, for marks on its chart. A history worker finds them; a client that goes away
// stops it.

import type { FastifyInstance } from 'fastify';
import { secondsOf, US_PER_DAY } from '../core/time.js';
import { type CyclesFound, type History, NEUTRAL_PERCENT } from '../history/service.js';
import type { CyclesReply } from './contract.js';
import { CYCLES, CYCLES_QUERY } from './page-shapes.js';
import { pairFound } from './pair-answers.js';
import { decimal, givenRange, neededPair, type Query } from './query.js';
import { readFor, sendJson } from './read-for.js';
import { badRequests } from './shapes.js';

export interface CyclesDeps {
  readonly history: History;
  readonly limits: { readonly cyclesAnsweredMax: number; readonly pairDaysMax: number };
}

const THRESHOLD_PERCENT_DEFAULT = 0.4;
const THRESHOLD_PERCENT_MAX = 1_000;

export function cyclesRoute(app: FastifyInstance, { history, limits }: CyclesDeps): void {
  const { cyclesAnsweredMax: cyclesMax, pairDaysMax } = limits;
  const schema = {
    summary:
      'The cycles of a pair over a range, by the rules of its statistics: beyond the threshold arms, back at neutral closes, ' +
      `a hole breaks. The newest ${cyclesMax}; at most ${pairDaysMax} days`,
    querystring: CYCLES_QUERY,
    response: { 200: CYCLES, ...badRequests(400, 404, 503) },
  };
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.get('/api/cycles', { schema, validatorCompiler }, async (request, reply) => {
    const query = request.query as Query;
    const pair = neededPair(query);
    const thresholdPercent =
      decimal(query, 'threshold', NEUTRAL_PERCENT, THRESHOLD_PERCENT_MAX) ?? THRESHOLD_PERCENT_DEFAULT;
    const rules = { thresholdPercent, neutralPercent: NEUTRAL_PERCENT };
    const asked = {
      ...pair,
      ...givenRange(query),
      ...rules,
      cyclesMax,
      rangeUsMax: pairDaysMax * US_PER_DAY,
    };
    const found = await readFor(reply, history, 'cycles', asked);
    const body: CyclesReply = { ...bodyOf(pairFound(found, pair, query, pairDaysMax)), ...rules };
    return sendJson(reply, JSON.stringify(body));
  });
}

function bodyOf({ fromUs, toUs, cycles, ...found }: CyclesFound): Omit<CyclesReply, keyof Rules> {
  return {
    ...found,
    from: secondsOf(fromUs),
    to: secondsOf(toUs),
    cycles: cycles.map(({ direction, peakPercent, ...at }) => ({
      from: secondsOf(at.fromUs),
      to: secondsOf(at.toUs),
      direction,
      peakPercent,
      peakAt: secondsOf(at.peakUs),
    })),
  };
}

type Rules = Pick<CyclesReply, 'thresholdPercent' | 'neutralPercent'>;
