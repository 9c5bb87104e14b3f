// The one door to DuckDB, an engine that knows nothing of this project. Optional, as every oracle: without it
// tests skip.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '../support/shared.js';

const home = join(projectRoot(), 'test', 'oracle');

/** False, or why it cannot be had. */
export const duckSkip =
  !existsSync(join(home, 'node_modules', '@duckdb', 'node-api')) &&
  'no oracle here: run `npm ci` in test/oracle';

export interface DuckDb {
  runAndReadAll(sql: string): Promise<{ getRowsJS(): unknown[][] }>;
  closeSync(): void;
}

export async function duckDb(): Promise<DuckDb> {
  const { DuckDBInstance } = createRequire(join(home, 'package.json'))('@duckdb/node-api') as {
    DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<DuckDb> }> };
  };
  return (await DuckDBInstance.create(':memory:')).connect();
}
