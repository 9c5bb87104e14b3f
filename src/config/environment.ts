// SPREAD_* variables: every single value of the configuration has one, named after its path
// (server.port = SPREAD_SERVER_PORT), and the flags have theirs. Pure.

import { ConfigError, type Override } from './override.js';

/** The short names, alike with the flags of `serve`. `config` and `exchanges` are read by the command itself. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  SPREAD_HOST: ['server', 'host'],
  SPREAD_PORT: ['server', 'port'],
  SPREAD_LAKE: ['lake', 'root'],
  SPREAD_STATS: ['statistics', 'directory'],
  SPREAD_CAPTURE: ['capture', 'directory'],
};
const COMMAND_VARIABLES = new Set(['SPREAD_CONFIG', 'SPREAD_EXCHANGES']);

interface Node {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
}

/** Throws ConfigError for a SPREAD_* variable that names nothing. Values become what their place wants. */
export function environmentOverrides(
  environment: Readonly<Record<string, string | undefined>>,
  schema: object,
): readonly Override[] {
  const places = new Map<string, { path: readonly string[]; node: Node }>();
  collect(schema as Node, [], places);
  const overrides: Override[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('SPREAD_') || value === undefined || COMMAND_VARIABLES.has(name)) continue;
    const short = SHORT[name];
    const place = places.get(short === undefined ? name : variableName(short));
    if (place === undefined)
      throw new ConfigError(
        `${name}: no such variable; expected SPREAD_ and a path, such as SPREAD_SERVER_PORT`,
      );
    overrides.push({ path: place.path, value: typed(value, typeOf(place.node)), source: name });
  }
  return overrides;
}

/** `SPREAD_SELECTION_MIN_USD_VOLUME` from `selection.minUsdVolume`. */
export function variableName(path: readonly string[]): string {
  const words = path.map((key) => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
  return `SPREAD_${words.join('_')}`;
}

function collect(
  node: Node,
  path: readonly string[],
  into: Map<string, { path: readonly string[]; node: Node }>,
): void {
  for (const [key, inner] of Object.entries(node.properties ?? {})) {
    const innerPath = [...path, key];
    if (inner.properties !== undefined) collect(inner, innerPath, into);
    else into.set(variableName(innerPath), { path: innerPath, node: inner });
  }
}

/** Where numbers are among what may stand there, a text that is one is meant as one. */
function typeOf({ type, enum: values = [] }: Node): string | undefined {
  return type ?? (values.some((value) => typeof value === 'number') ? 'number' : undefined);
}

/** A text that does not convert stays a text: the schema then says what was expected. */
function typed(value: string, type: string | undefined): unknown {
  if (type === 'array')
    return value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  if ((type === 'integer' || type === 'number') && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value);
  return value;
}
