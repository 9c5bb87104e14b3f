// The keys of `alerts`: where rules are kept, and where alerts may be sent. Rules name targets; what a target is stands here
// alone, and a token nowhere but in the environment. Pure.

import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;

const TargetSchema = Type.Object(
  {
    kind: Type.Enum(['webhook', 'telegram'], {
      description: 'webhook: JSON is posted to url. telegram: a message of a bot to a chat.',
    }),
    url: Type.Optional(Type.String({ description: 'Of a webhook.', pattern: '^https?://\\S+$' })),
    chatId: Type.Optional(
      Type.String({
        description: 'Of a chat of Telegram: its number, or the name of a channel.',
        pattern: '^(-?\\d+|@\\w+)$',
        examples: ['-1001234567890'],
      }),
    ),
    tokenVariable: Type.Optional(
      Type.String({
        description: 'The variable of the environment that holds the token of the bot.',
        pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
        examples: ['TELEGRAM_TOKEN'],
      }),
    ),
    apiUrl: Type.Optional(
      Type.String({ description: 'Base URL in the place of Telegram’s own.', pattern: '^https?://\\S+$' }),
    ),
  },
  closed,
);

export const AlertsSchema = Type.Object(
  {
    file: Type.Optional(
      Type.String({
        description: 'Where the rules are kept; absent: beside the lake, <lake.root>-alerts.json.',
        minLength: 1,
      }),
    ),
    targets: Type.Object(
      {},
      {
        additionalProperties: TargetSchema,
        description: 'Where alerts may be sent, by the names that rules use.',
        default: {},
      },
    ),
  },
  { ...closed, default: {} },
);

export type AlertTargetConfig = Readonly<Static<typeof TargetSchema>>;
export type AlertsConfig = Readonly<Omit<Static<typeof AlertsSchema>, 'targets'>> & {
  readonly targets: Readonly<Record<string, AlertTargetConfig>>;
};

const FIELDS_OF = {
  webhook: { needed: ['url'], other: ['chatId', 'tokenVariable', 'apiUrl'] },
  telegram: { needed: ['chatId', 'tokenVariable'], other: ['url'] },
} as const;
const NAME_LENGTH_MAX = 64;

/** What makes no sense in `alerts.targets`: its place, and what was expected. Addresses are not told: they may hold a secret. */
export function targetContradictions({
  alerts,
}: {
  readonly alerts: AlertsConfig;
}): (readonly [path: string, line: string])[] {
  const found: [string, string][] = [];
  for (const [name, target] of Object.entries(alerts.targets)) {
    const place = `alerts.targets.${name}`;
    const { needed, other } = FIELDS_OF[target.kind];
    if (!/^[A-Za-z][\w-]*$/.test(name) || name.length > NAME_LENGTH_MAX)
      found.push([
        place,
        `expected a name of letters, digits, - and _, at most ${NAME_LENGTH_MAX}, was "${name}"`,
      ]);
    for (const key of needed)
      if (target[key] === undefined)
        found.push([`${place}.${key}`, `expected for a ${target.kind}, was nothing`]);
    for (const key of other)
      if (target[key] !== undefined) found.push([`${place}.${key}`, `expected nothing for a ${target.kind}`]);
    for (const key of ['url', 'apiUrl'] as const)
      if (target[key] !== undefined && !isPlainUrl(target[key]))
        found.push([`${place}.${key}`, 'expected a URL without user and password']);
    if (target.tokenVariable?.startsWith('SPREAD_'))
      found.push([
        `${place}.tokenVariable`,
        `expected a name without SPREAD_, whose variables are keys of this file, was "${target.tokenVariable}"`,
      ]);
  }
  return found;
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
