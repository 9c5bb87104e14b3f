// The one door to the engines that results are compared with. They are optional: installed by
// `npm ci` in test/oracle; where they are not, tests that need them skip and say so.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '../support/shared.js';

/**
 * The little of nodejs-polars that is used; the package's own types want more than this project's compiler
 * does.
 */
export interface Polars {
  DataFrame(columns: Readonly<Record<string, PolarsSeries>>): PolarsFrame;
  Series(name: string, values: readonly unknown[], type?: unknown): PolarsSeries;
  col(name: string): PolarsExpr;
  readIPC(bytes: Buffer): PolarsFrame;
  readIPCStream(bytes: Buffer): PolarsFrame;
  readonly Float64: unknown;
  readonly Int64: unknown;
  Datetime(unit: 'us'): unknown;
}

export interface PolarsSeries {
  toArray(): (number | null)[];
  cast(type: unknown): PolarsSeries;
  readonly dtype: unknown;
}

export interface PolarsFrame {
  readonly height: number;
  joinAsof(other: PolarsFrame, options: Readonly<Record<string, unknown>>): PolarsFrame;
  select(...expressions: PolarsExpr[]): PolarsFrame;
  withColumns(...expressions: PolarsExpr[]): PolarsFrame;
  filter(expression: PolarsExpr): PolarsFrame;
  getColumn(name: string): PolarsSeries;
  writeCSV(): Buffer;
}

export interface PolarsExpr {
  alias(name: string): PolarsExpr;
  div(other: PolarsExpr | number): PolarsExpr;
  sub(other: PolarsExpr | number): PolarsExpr;
  mul(other: PolarsExpr | number): PolarsExpr;
  gt(other: PolarsExpr | number): PolarsExpr;
  lt(other: PolarsExpr | number): PolarsExpr;
  shift(rows: number): PolarsExpr;
  abs(): PolarsExpr;
  isNotNull(): PolarsExpr;
  mean(): PolarsExpr;
  max(): PolarsExpr;
  min(): PolarsExpr;
  sum(): PolarsExpr;
  last(): PolarsExpr;
  rollingQuantile(options: Readonly<Record<string, unknown>>): PolarsExpr;
}

export function polars():
  | { readonly pl: Polars; readonly skip: false }
  | { readonly pl: null; readonly skip: string } {
  const home = join(projectRoot(), 'test', 'oracle');
  if (!existsSync(join(home, 'node_modules', 'nodejs-polars'))) {
    return { pl: null, skip: 'no oracle here: run `npm ci` in test/oracle' };
  }
  const load = createRequire(join(home, 'package.json'));
  return { pl: load('nodejs-polars') as Polars, skip: false };
}
