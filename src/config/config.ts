// Configuration: one YAML or JSON file, then SPREAD_* variables, then flags, into one frozen Config.
// Whatever is wrong is said with its place, what was expected and what was there; nothing is guessed.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve, sep } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { parseDocument } from 'yaml';
import { exchangeKey } from '../core/exchange.js';
import { symbolKey } from '../core/symbol.js';
import { environmentOverrides } from './environment.js';
import { ConfigError, type Override } from './override.js';
import { pairContradictions } from './pairs.js';
import { type Config, configSchema, type SelectionConfig } from './schema.js';
import { targetContradictions } from './schema-alerts.js';

export { ConfigError, type Override } from './override.js';
export type { Config, ExchangeConfig, SelectionConfig } from './schema.js';

export interface ConfigSources {
  readonly file?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: readonly Override[];
  /** Every exchange this version knows. */
  readonly exchangeNames: readonly string[];
}

type Tree = { [key: string]: unknown };

/** Throws ConfigError; its message has one line for each thing that is wrong. */
export function loadConfig(sources: ConfigSources): Config {
  const schema = configSchema(sources.exchangeNames);
  const tree = sources.file === undefined ? {} : readFile(sources.file);
  tree['exchanges'] ??= Object.fromEntries(sources.exchangeNames.map((name) => [name, {}]));
  const fileName = sources.file ?? 'configuration';
  canonicalExchangeKeys(tree, sources.exchangeNames, fileName);
  const check = new Ajv({ allErrors: true, useDefaults: true, verbose: true }).compile(schema);
  const origins = new Map<string, string>();
  const checked = (whole: Tree): Tree => {
    if (check(whole)) return whole;
    throw new ConfigError((check.errors ?? []).map((error) => describe(error, fileName, origins)).join('\n'));
  };
  // One source after another, each judged before the next one hides what is wrong in it.
  checked(structuredClone(tree));
  for (const overrides of [environmentOverrides(sources.environment, schema), sources.flags]) {
    for (const { path, value, source } of overrides) {
      setAt(tree, path, value);
      origins.set(path.join('.'), source);
    }
    checked(structuredClone(tree));
  }
  checked(tree);
  const config = tree as unknown as Config;
  const impossible = [
    ...contradictions(config),
    ...pairContradictions(config, sources.exchangeNames),
    ...targetContradictions(config),
  ];
  if (impossible.length > 0)
    throw new ConfigError(
      impossible.map(([path, line]) => `${origins.get(path) ?? `${fileName}: ${path}`}: ${line}`).join('\n'),
    );
  return deepFreeze(config);
}

function readFile(path: string): Tree {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${path}: cannot be read: ${(error as Error).message}`);
  }
  const parsed = path.toLowerCase().endsWith('.json') ? parseJson(path, text) : parseYaml(path, text);
  if (parsed === null || parsed === undefined) return {};
  if (isCyclic(parsed)) throw new ConfigError(`${path}: an alias stands inside what it names`);
  if (typeof parsed !== 'object' || Array.isArray(parsed))
    throw new ConfigError(`${path}: expected keys and values, was ${shown(parsed)}`);
  return withoutNotes(parsed) as Tree;
}

function parseJson(path: string, text: string): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${path}: not JSON: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** Warnings too are refused: they are of values that would be taken for something else than was meant. */
function parseYaml(path: string, text: string): unknown {
  const document = parseDocument(text);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined)
    throw new ConfigError(`${path}: not YAML or JSON: ${problem.message.split('\n')[0]}`);
  try {
    return document.toJS();
  } catch (error) {
    throw new ConfigError(`${path}: not YAML or JSON: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** YAML can write a value that holds itself. */
function isCyclic(value: unknown, around: ReadonlySet<unknown> = new Set()): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (around.has(value)) return true;
  const within = new Set([...around, value]);
  return Object.values(value).some((inner) => isCyclic(inner, within));
}

/** Keys that begin with `_` are the user's notes. */
function withoutNotes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNotes);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => !key.startsWith('_'));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNotes(inner)]));
}

function canonicalExchangeKeys(tree: Tree, names: readonly string[], fileName: string): void {
  const given = tree['exchanges'];
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return;
  const canonical = (key: string) => names.find((name) => exchangeKey(name) === exchangeKey(key)) ?? key;
  const exchanges: Tree = {};
  for (const [key, value] of Object.entries(given)) {
    const name = canonical(key);
    if (name in exchanges)
      throw new ConfigError(`${fileName}: exchanges.${key}: ${name} stands there already`);
    exchanges[name] = value ?? {};
    if (!names.includes(name)) checkOwnName(name, exchanges[name], names, fileName);
  }
  tree['exchanges'] = exchanges;
}

/** A name that this version does not know: a mistake, unless it says who connects to it. */
function checkOwnName(name: string, value: unknown, names: readonly string[], fileName: string): void {
  const where = `${fileName}: exchanges.${name}`;
  if (value === null || typeof value !== 'object' || !('via' in value))
    throw new ConfigError(
      `${where}: unknown key; expected one of ${names.join(', ')}, or another exchange with "via: ccxt"`,
    );
  // It becomes a folder of the lake.
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name))
    throw new ConfigError(`${where}: expected a name of letters and digits, was "${name}"`);
}

function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  let at = tree;
  for (const key of path.slice(0, -1)) {
    const inner = at[key];
    if (inner === null || typeof inner !== 'object') at[key] = {};
    at = at[key] as Tree;
  }
  at[path[path.length - 1] as string] = value;
}

function describe(error: ErrorObject, fileName: string, origins: ReadonlyMap<string, string>): string {
  const path = error.instancePath.slice(1).split('/').filter(Boolean).join('.');
  // A variable gives a list whole: what is wrong with one of its items is the variable's.
  const where = origins.get(path.replace(/\.\d+$/, '')) ?? (path === '' ? fileName : `${fileName}: ${path}`);
  if (error.keyword === 'additionalProperties') {
    const key = String((error.params as { additionalProperty: string }).additionalProperty);
    const known = Object.keys((error.parentSchema as { properties: Tree }).properties).join(', ');
    return `${fileName}: ${path === '' ? key : `${path}.${key}`}: unknown key; expected one of ${known}`;
  }
  return `${where}: expected ${expected(error)}, was ${shown(error.data)}`;
}

function expected(error: ErrorObject): string {
  const schema = error.parentSchema as Tree;
  if (Array.isArray(schema['enum'])) return `one of ${schema['enum'].join(', ')}`;
  if (schema['type'] === 'array') return 'a list of names';
  if (schema['type'] === 'object') return 'keys and values';
  if (schema['type'] === 'boolean') return 'true or false';
  if (schema['type'] === 'string') return stringExpected(schema);
  const kind = schema['type'] === 'integer' ? 'a whole number' : 'a number';
  const least = schema['minimum'] === undefined ? '' : ` from ${String(schema['minimum'])}`;
  return `${kind}${least}${schema['maximum'] === undefined ? '' : ` to ${String(schema['maximum'])}`}`;
}

/** A pattern alone says too little to people: a schema with examples is told by the first. */
function stringExpected({ pattern, examples }: Tree): string {
  if (Array.isArray(examples)) return `a text like "${String(examples[0])}"`;
  return pattern === undefined ? 'a text that is not empty' : `a URL (${String(pattern)})`;
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
}

/** By path: combinations that are each allowed alone and make no sense together, and texts that no schema can judge. */
function contradictions(config: Config): (readonly [path: string, line: string])[] {
  const found: [string, string][] = [];
  const { selection } = config;
  if (selection.minUsdVolume > selection.maxUsdVolume)
    found.push([
      'selection.minUsdVolume',
      `expected at most maxUsdVolume (${selection.maxUsdVolume}), was ${selection.minUsdVolume}`,
    ]);
  for (const [name, exchange] of Object.entries(config.exchanges)) {
    const least = exchange.minUsdVolume ?? selection.minUsdVolume;
    const greatest = exchange.maxUsdVolume ?? selection.maxUsdVolume;
    if (least > greatest && (exchange.minUsdVolume !== undefined || exchange.maxUsdVolume !== undefined))
      found.push([
        `exchanges.${name}.minUsdVolume`,
        `expected at most maxUsdVolume (${greatest}), was ${least}`,
      ]);
  }
  for (const [place, { quotes, allow = [], deny = [] }] of Object.entries(rulesOf(config))) {
    const allowed = allow.length > 0 || selection.allow.length > 0;
    if (quotes?.length === 0 && !allowed)
      found.push([
        `${place}.quotes`,
        `expected a currency, or symbols in ${place}.allow: nothing passes otherwise`,
      ]);
    const denied = new Set(deny.map(symbolKey));
    const both = allow.filter((symbol) => denied.has(symbolKey(symbol)));
    if (both.length > 0)
      found.push([`${place}.allow`, `expected none of ${place}.deny, has ${both.join(', ')}`]);
  }
  const { host } = config.server;
  if (/^[\d.]+$/.test(host) && isIP(host) === 0)
    found.push(['server.host', `expected the address of a network interface, or a name, was "${host}"`]);
  const { root } = config.lake;
  for (const [path, kind, given] of [
    ['capture.directory', 'folder', config.capture.directory],
    ['alerts.file', 'file', config.alerts.file],
  ] as const)
    if (given !== undefined && isInside(given, root))
      found.push([path, `expected a ${kind} outside lake.root (${root}), was "${given}"`]);
  return found;
}

/** Every place of the file that holds a selection, by its path. */
function rulesOf({ selection, exchanges }: Config): Record<string, Partial<SelectionConfig>> {
  const own = Object.entries(exchanges).map(([name, exchange]) => [`exchanges.${name}`, exchange] as const);
  return { selection, ...Object.fromEntries(own) };
}

function isInside(path: string, folder: string): boolean {
  return `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
