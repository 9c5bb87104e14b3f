// One read of history for one client: stopped when the client goes away, answered 503 where history has no room for it.

import type { FastifyReply } from 'fastify';
import {
  type History,
  HistoryError,
  type ReadAnswers,
  type ReadKind,
  type ReadRequests,
} from '../history/service.js';
import { RequestError } from './query.js';

/** Undefined where the lake has no row of an instrument that is named. */
export async function readFor<K extends ReadKind>(
  reply: FastifyReply,
  history: History,
  kind: K,
  request: ReadRequests[K],
): Promise<ReadAnswers[K] | undefined> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(new Error('the client went away')));
  try {
    return await history.read(kind, request, gone.signal);
  } catch (error) {
    throw asAnswer(error);
  }
}

/** What is thrown instead: 503 where history has no room or is closing; a fault stays one. */
export function asAnswer(error: unknown): unknown {
  return error instanceof HistoryError && error.code !== 'failed'
    ? new RequestError(503, error.message)
    : error;
}

/** A body that is JSON already; another one a moment later. */
export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').header('cache-control', 'no-store').send(json);
}
