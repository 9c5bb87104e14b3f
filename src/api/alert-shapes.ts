// JSON Schemas of rules and alerts, for OpenAPI and for what fastify serialises. Nothing is computed here.

const NUMBER = { type: 'number', nullable: true } as const;
const NAME = { type: 'string', nullable: true } as const;
const ON = {
  type: 'string',
  enum: ['spread', 'edge', 'percentile'],
  description:
    'spread: bid/bid whichever way, percent. edge: the better executable spread less costs, basis points. percentile: where the ' +
    'spread lies in the statistics of its own pair, from either end',
} as const;

const RULE_FIELDS = {
  name: { type: 'string' },
  enabled: { type: 'boolean' },
  on: ON,
  symbol: { ...NAME, description: 'Any spelling; null = every symbol' },
  exchange1: { ...NAME, description: 'One exchange alone is either leg; null = any' },
  exchange2: NAME,
  above: { type: 'number', description: 'Percent, basis points or a percentile above 50' },
  rearmBelow: { type: 'number', description: 'It may fire again for a pair once the value was below this' },
  cooldownSeconds: { type: 'number', description: 'And once so long has passed: 0 … 86400, default 300' },
  holdSeconds: { type: 'number', description: 'Above for so long before it fires: 0 … 3600, default 0' },
  sound: { type: 'boolean' },
  notify: { type: 'boolean' },
  to: { type: 'array', items: { type: 'string' }, description: 'Names of targets in the configuration' },
} as const;

/** As it is sent. */
export const RULE_BODY = {
  type: 'object',
  required: ['name', 'on', 'above'],
  properties: RULE_FIELDS,
} as const;

export const RULE = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    ...RULE_FIELDS,
    pairs: { type: 'number', description: 'Tracked pairs that it is about now' },
  },
} as const;

export const ALERT = {
  type: 'object',
  properties: {
    id: { type: 'number', description: 'Ascending, over restarts too' },
    at: { type: 'string', description: 'ISO 8601, UTC' },
    ruleId: { type: 'string' },
    ruleName: { type: 'string' },
    sound: { type: 'boolean' },
    notify: { type: 'boolean' },
    test: { type: 'boolean', description: 'Somebody wanted to see whether it arrives' },
    symbol: { type: 'string' },
    exchange1: { type: 'string' },
    exchange2: { type: 'string' },
    on: ON,
    value: { ...NUMBER, description: 'What was measured; of a percentile 0 … 100' },
    threshold: { type: 'number', description: 'What it passed; of a percentile at the low end 100 − above' },
    spreadPercent: NUMBER,
    executable12Percent: NUMBER,
    executable21Percent: NUMBER,
    edgeBps: NUMBER,
    delivered: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          target: { type: 'string' },
          state: { type: 'string', enum: ['pending', 'sent', 'failed'] },
          reason: NAME,
        },
      },
    },
  },
} as const;

export const ALERTS_QUERY = {
  type: 'object',
  properties: {
    limit: { type: 'string', description: 'At most so many alerts: 1 … 500, default all that are held' },
  },
} as const;

export const ALERTS = {
  type: 'object',
  properties: {
    rules: { type: 'array', items: RULE },
    alerts: { type: 'array', items: ALERT, description: 'The newest first' },
    lastId: { type: 'number', description: 'Ask /api/alerts/since for those after it' },
    targets: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          kind: { type: 'string', enum: ['webhook', 'telegram'] },
          problem: { ...NAME, description: 'Why nothing can be sent to it; null where it can' },
        },
      },
    },
    fileProblem: { ...NAME, description: 'Why the rules of the file are not in force; null where they are' },
    sendsOutside: {
      type: 'boolean',
      description: 'False in a replay: nothing is sent, changes are not kept',
    },
    limits: { type: 'object', additionalProperties: { type: 'number' } },
  },
} as const;

export const SINCE_QUERY = {
  type: 'object',
  properties: { id: { type: 'string', description: 'Alerts after this one; without it none, only lastId' } },
} as const;

export const SINCE = {
  type: 'object',
  properties: {
    lastId: { type: 'number' },
    alerts: { type: 'array', items: ALERT, description: 'The oldest first; those that are still held' },
  },
} as const;
