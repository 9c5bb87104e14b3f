// GET /api/pairs/{symbol}/{exchange1}/{exchange2}/explain: why the spread of a pair could be traded now or not, in words and numbers, and
// for how much of its last day it could. Decides nothing itself.

import type { FastifyInstance } from 'fastify';
import { orNull } from '../core/numbers.js';
import { refusalsOf } from '../core/refusals.js';
import { isoMicros, type Micros, US_PER_MS } from '../core/time.js';
import type { ExplainedReason, ExplainReply, PairName } from './contract.js';
import { reasonWords, verdictWords } from './explain-words.js';
import { decimal, neededPair, type Query, RequestError } from './query.js';
import { badRequests } from './shapes.js';

/** A pair as the layer of quality sees it at one moment; percent, NaN where there is none. Legs in the order that was asked for. */
export interface JudgedSpread {
  readonly names: PairName;
  readonly atUs: Micros;
  readonly refusals: number;
  /** Which leg would be sold. */
  readonly soldLeg: 0 | 1;
  readonly spreadPercent: number;
  readonly edgePercent: number;
  readonly freshEdgePercent: number;
  readonly basisPercent: number;
  readonly costPercent: number;
  readonly sinceUs: Micros;
  readonly notional: number;
  readonly notionalMin: number;
  readonly reasons: readonly Omit<ExplainedReason, 'words'>[];
  readonly day: { readonly seenS: number; readonly payingS: number; readonly tradableS: number };
}

export interface ExplainDeps {
  /** Names in any spelling; undefined where not both legs are received. */
  readonly explain: (names: PairName) => JudgedSpread | undefined;
}

const NOTIONAL_MAX = 1e12;
const BPS_PER_PERCENT = 100;

export function explainRoute(app: FastifyInstance, { explain }: ExplainDeps): void {
  const schema = {
    summary:
      'Why a spread could be traded now or not, in words and numbers, and for how much of its last day',
    params: {
      type: 'object',
      properties: {
        symbol: { type: 'string', description: 'BTC_USDT, or any other spelling without a slash' },
        exchange1: { type: 'string' },
        exchange2: { type: 'string' },
      },
    },
    querystring: {
      type: 'object',
      properties: {
        notional: {
          type: 'string',
          description: 'What would be traded, in the quote currency; default: quality.notionalMin',
        },
      },
    },
    response: badRequests(400, 404),
  };
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.get(
    '/api/pairs/:symbol/:exchange1/:exchange2/explain',
    { schema, validatorCompiler },
    async (request): Promise<ExplainReply> => {
      const names = neededPair(request.params as Query);
      const notional = decimal(request.query as Query, 'notional', 0, NOTIONAL_MAX);
      const found = explain(names);
      if (found === undefined)
        throw new RequestError(
          404,
          `${names.symbol} is not received of both ${names.exchange1} and ${names.exchange2}`,
        );
      return replyOf(found, notional ?? found.notionalMin);
    },
  );
}

function replyOf(found: JudgedSpread, notional: number): ExplainReply {
  const { names, atUs, refusals, soldLeg, edgePercent, costPercent, sinceUs, day } = found;
  const exchanges = [names.exchange1, names.exchange2] as const;
  const executablePercent = orNull(edgePercent + costPercent);
  const shareOf = (seconds: number): number | null => (day.seenS === 0 ? null : seconds / day.seenS);
  const body: Omit<ExplainReply, 'words'> = {
    symbol: names.symbol,
    exchange1: names.exchange1,
    exchange2: names.exchange2,
    timestamp: isoMicros(atUs),
    tradable: refusals === 0,
    refusals: refusalsOf(refusals),
    sell: exchanges[soldLeg],
    buy: exchanges[soldLeg === 0 ? 1 : 0],
    spreadPercent: orNull(found.spreadPercent),
    executablePercent,
    costPercent,
    basisPercent: orNull(found.basisPercent),
    edgeBps: orNull(edgePercent * BPS_PER_PERCENT),
    freshEdgeBps: orNull(found.freshEdgePercent * BPS_PER_PERCENT),
    standsMs: orNull((atUs - sinceUs) / US_PER_MS),
    size: {
      depth: 'top-of-book',
      notional,
      notionalMax: orNull(found.notional),
      executablePercent: found.notional >= notional ? executablePercent : null,
    },
    lastDay: {
      seenSeconds: day.seenS,
      payingShare: shareOf(day.payingS),
      tradableShare: shareOf(day.tradableS),
    },
    reasons: found.reasons.map((reason) => ({ ...reason, words: reasonWords(reason, exchanges) })),
  };
  return { ...body, words: verdictWords(body) };
}
