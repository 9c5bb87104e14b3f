// GET /api/connections: each exchange with its connections, how they are and what came over them. Reads what the process knows of
// itself at this moment; names of refused instruments are bounded.

import type { FastifyInstance } from 'fastify';
import { exchangeKey } from '../core/exchange.js';
import { isoMicros, type Micros } from '../core/time.js';
import { CONNECTIONS, CONNECTIONS_QUERY } from './connection-shapes.js';
import type { ConnectionSummary, ConnectionsReply, ExchangeConnections } from './contract.js';
import { type Query, text } from './query.js';
import { badRequests } from './shapes.js';
import type { ConnectionSnapshot, ExchangeSnapshot, Snapshot } from './snapshot.js';

export interface ConnectionsDeps {
  readonly snapshot: () => Snapshot;
  readonly limits: { readonly refusedNamedMax: number };
}

export function connectionsRoute(app: FastifyInstance, { snapshot, limits }: ConnectionsDeps): void {
  const schema = {
    summary: 'Each exchange with its connections: state, lag, age, reconnects, rejects, instruments by state',
    querystring: CONNECTIONS_QUERY,
    response: { 200: CONNECTIONS, ...badRequests(400) },
  };
  // Parameters are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.get(
    '/api/connections',
    { schema, validatorCompiler },
    async (request, reply): Promise<ConnectionsReply> => {
      const wanted = text(request.query as Query, 'exchange');
      const { nowUs, exchanges } = snapshot();
      reply.header('cache-control', 'no-store');
      return {
        timestamp: isoMicros(nowUs),
        exchanges: Object.entries(exchanges)
          .filter(([name]) => wanted === undefined || exchangeKey(name) === exchangeKey(wanted))
          .map(([name, exchange]) => exchangeOf(name, exchange, nowUs, limits.refusedNamedMax)),
      };
    },
  );
}

function exchangeOf(
  name: string,
  { lastMessageUs, listingUs, connections, reason, ...exchange }: ExchangeSnapshot,
  nowUs: Micros,
  namesMax: number,
): ExchangeConnections {
  const { state, instruments, lagging, reconnects, rolls, heals, duplicates } = exchange;
  const { frames, quotes, trades, controls, gaps } = exchange;
  return {
    ...{ name, state, reason: reason ?? null },
    ...{ instruments, states: { ...exchange.states }, lagging },
    ...{ lastMessageAgeMs: ageMs(lastMessageUs, nowUs), listingAgeMs: ageMs(listingUs, nowUs) },
    ...{ reconnects, rolls, heals, frames, quotes, trades, controls, gaps, duplicates },
    rejects: { ...exchange.rejects },
    connections: connections.map((connection) => connectionOf(connection, nowUs, namesMax)),
  };
}

function connectionOf(
  { lastMessageUs, refused, reason, rejects, states, ...connection }: ConnectionSnapshot,
  nowUs: Micros,
  namesMax: number,
): ConnectionSummary {
  const names = Object.entries(refused);
  return {
    ...connection,
    reason: reason ?? null,
    lastMessageAgeMs: ageMs(lastMessageUs, nowUs),
    rejects: { ...rejects },
    states: { ...states },
    refused: names.slice(0, namesMax).map(([exchangeSymbol, words]) => ({ exchangeSymbol, reason: words })),
    refusedTotal: names.length,
  };
}

function ageMs(us: Micros | null, nowUs: Micros): number | null {
  return us === null ? null : Math.max(0, Math.round((nowUs - us) / 1_000));
}
