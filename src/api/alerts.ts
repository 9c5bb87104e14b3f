// /api/alerts: rules and what fired, for everybody who may read; rules are changed only by the page of this server or by a program
// on this machine, in JSON. Reads and checks requests; what a rule is and does is the room of alerts' own.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AlertRefusal, type Alerts } from '../alerts/alerts.js';
import { RULE_LIMITS } from '../alerts/rule.js';
import { openerOf } from '../sockets/origin.js';
import { ALERT, ALERTS, ALERTS_QUERY, RULE, RULE_BODY, SINCE, SINCE_QUERY } from './alert-shapes.js';
import type { AlertRuleSummary, AlertSummary, AlertsReply, AlertsSinceReply } from './contract.js';
import { originExpected } from './pin-messages.js';
import { type Query, RequestError, wholeNumber } from './query.js';
import { badRequests } from './shapes.js';

export interface AlertsDeps {
  readonly alerts: Alerts;
  readonly limits: { readonly alerts: { readonly rulesMax: number; readonly alertsMax: number } };
}

const READING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
const STATUS: Readonly<Record<AlertRefusal['reason'], number>> = {
  'bad-field': 400,
  'no-such-rule': 404,
  full: 409,
  'nothing-sent': 409,
  file: 503,
};

/** To be registered as a plugin of its own: its hooks and its parser are for these routes alone. */
export function alertsRoutes(app: FastifyInstance, { alerts, limits }: AlertsDeps): void {
  // Parameters and bodies are read by hand: the answers then name what was expected and what was there.
  const validatorCompiler = () => () => true;
  app.addHook('onRequest', async (request) => {
    if (!READING.includes(request.method)) expectMayChange(request);
  });
  // Whoever asks whether pages of others may change rules is not told yes: their browsers then do not even try.
  for (const path of ['/api/alerts/rules', '/api/alerts/rules/*'])
    app.options(path, { schema: { hide: true } }, async (_request, reply) => {
      reply.removeHeader('access-control-allow-origin');
      return await reply.code(204).send();
    });
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, parsed(String(text)));
    } catch (error) {
      done(error as Error);
    }
  });
  const list = { summary: 'Rules, and the alerts that fired of late', querystring: ALERTS_QUERY };
  const listed = { ...list, response: { 200: ALERTS, ...badRequests(400) } };
  app.get('/api/alerts', { schema: listed, validatorCompiler }, (request): AlertsReply => {
    const { alertsMax } = limits.alerts;
    const limit = wholeNumber(request.query as Query, 'limit', 1, alertsMax) ?? alertsMax;
    const { lastId, fileProblem, sendsOutside } = alerts;
    return {
      ...{ lastId, fileProblem, sendsOutside },
      rules: alerts.rules(),
      alerts: alerts.newest(limit),
      targets: alerts.targets(),
      limits: { ...RULE_LIMITS, rulesMax: limits.alerts.rulesMax, alertsMax },
    };
  });
  const later = { summary: 'Alerts after one, for a page that asks every second', querystring: SINCE_QUERY };
  const since = { ...later, response: { 200: SINCE, ...badRequests(400) } };
  app.get('/api/alerts/since', { schema: since, validatorCompiler }, (request): AlertsSinceReply => {
    const id = wholeNumber(request.query as Query, 'id', 0, Number.MAX_SAFE_INTEGER);
    return { lastId: alerts.lastId, alerts: id === undefined ? [] : alerts.since(id) };
  });
  changes(app, alerts);
}

function changes(app: FastifyInstance, alerts: Alerts): void {
  const validatorCompiler = () => () => true;
  const refused = badRequests(400, 403, 404, 409, 415, 503);
  const params = { type: 'object', properties: { id: { type: 'string' } } } as const;
  const idOf = (request: FastifyRequest) => (request.params as { readonly id: string }).id;
  const route = (summary: string, more: object, response: object) => ({
    schema: { summary, ...more, response: { ...response, ...refused } },
    validatorCompiler,
  });
  app.post(
    '/api/alerts/rules',
    route('A new rule', { body: RULE_BODY }, { 201: RULE }),
    async (request, reply): Promise<AlertRuleSummary> => {
      const rule = await orRefused(() => alerts.create(request.body));
      reply.statusCode = 201;
      return rule;
    },
  );
  app.put(
    '/api/alerts/rules/:id',
    route(
      'Another rule in its place: what is left out has its default',
      { body: RULE_BODY, params },
      { 200: RULE },
    ),
    async (request): Promise<AlertRuleSummary> =>
      await orRefused(() => alerts.replace(idOf(request), request.body)),
  );
  app.delete(
    '/api/alerts/rules/:id',
    route('The rule goes', { params }, { 204: { type: 'null', description: 'It is gone' } }),
    async (request, reply) => {
      await orRefused(() => alerts.remove(idOf(request)));
      return reply.code(204).send();
    },
  );
  app.post(
    '/api/alerts/rules/:id/test',
    route(
      'An alert of it at once, marked as a test, to the page and its targets',
      { params },
      { 202: ALERT },
    ),
    async (request, reply): Promise<AlertSummary> => {
      const alert = await orRefused(async () => alerts.test(idOf(request)));
      reply.statusCode = 202;
      return alert;
    },
  );
}

/** A form of another page could send any other content type without asking first. */
function expectMayChange(request: FastifyRequest): void {
  const opener = openerOf(request.raw);
  if (!opener.mayChange) throw new RequestError(403, originExpected(opener), 'Origin');
  const type = request.headers['content-type'];
  if (type === undefined || !/^application\/json\s*(;|$)/i.test(type))
    throw new RequestError(
      415,
      `Content-Type: expected application/json, was ${type === undefined ? 'absent' : `"${type.slice(0, 64)}"`}`,
      'Content-Type',
    );
}

/** Undefined where there is nothing: what needs no body comes without one. */
function parsed(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RequestError(400, `body: expected JSON: ${(error as Error).message.slice(0, 100)}`, 'body');
  }
}

async function orRefused<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof AlertRefusal)) throw error;
    throw new RequestError(STATUS[error.reason], error.message, error.field);
  }
}
