// Writes config.schema.json from the schema in the code (a test says when that is due).

import { writeFileSync } from 'node:fs';
import { built, installed, root } from './ready.mjs';

installed();
built();
const { configSchema } = await import('../build/src/config/schema.js');
const { adapters } = await import('../build/src/exchanges/index.js');
const schema = configSchema(adapters.map(({ name }) => name));
writeFileSync(`${root}config.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
