import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/config.js';
import { configSchema } from '../../src/config/schema.js';
import { adapters } from '../../src/exchanges/index.js';
import { projectRoot } from '../support/shared.js';

const exchangeNames = adapters.map(({ name }) => name);
const example = join(projectRoot(), 'config.example.yaml');

test('the example says every default truly, and nothing else', () => {
  const defaults = loadConfig({ environment: {}, flags: [], exchangeNames });
  const written = loadConfig({ file: example, environment: {}, flags: [], exchangeNames });
  assert.deepEqual({ ...written, exchanges: {} }, { ...defaults, exchanges: {} });
  assert.deepEqual(Object.keys(written.exchanges), exchangeNames);
  for (const [name, exchange] of Object.entries(written.exchanges)) {
    const adapter = adapters.find((candidate) => candidate.name === name);
    if (exchange.restUrl !== undefined) assert.equal(exchange.restUrl, adapter?.restUrl);
    if (exchange.wsUrl !== undefined) assert.equal(exchange.wsUrl, adapter?.wsUrl);
  }
});

test('the example shows every key', () => {
  const text = readFileSync(example, 'utf8');
  const shown = parse(
    text.replace(/# (directory: captures|retentionDays:|maxBytes:|file: data|identityFile:)/g, '$1'),
  ) as Record<string, object>;
  const missing: string[] = [];
  const walk = (schema: { properties?: Record<string, object> }, value: unknown, path: string): void => {
    for (const [key, inner] of Object.entries(schema.properties ?? {})) {
      const there = (value as Record<string, unknown> | undefined)?.[key];
      if (there === undefined) missing.push(`${path}${key}`);
      else if (!path.startsWith('exchanges.') || path === `exchanges.${exchangeNames[0]}.`)
        walk(inner, there, `${path}${key}.`);
    }
  };
  const schema = configSchema(exchangeNames) as {
    properties: Record<string, { properties: Record<string, object> }>;
  };
  walk(schema, shown, '');
  const first = `exchanges.${exchangeNames[0]}.`;
  assert.deepEqual(
    missing.filter((path) => !path.startsWith('exchanges.') || path.startsWith(first)),
    [],
  );
});

test('config.schema.json is the schema that the code checks (node scripts/write-schema.mjs writes it)', () => {
  const written = JSON.parse(readFileSync(join(projectRoot(), 'config.schema.json'), 'utf8'));
  assert.deepEqual(written, JSON.parse(JSON.stringify(configSchema(exchangeNames))));
});
