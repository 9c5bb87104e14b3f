// Where the measured program and the generated data lie.

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const built = resolve(root, process.env['BENCH_BUILD'] ?? 'build');

/** The address of a compiled module, for import(). */
export function compiled(path) {
  return pathToFileURL(resolve(built, path)).href;
}

export const mainProgram = resolve(built, 'src/main.js');
export const dataFolder = resolve(root, 'data', 'bench');

/** A folder of `dataFolder`, made once: beside its place, and renamed when it is whole. `what` is being written. */
export async function madeOnce(name, what, make) {
  const place = join(dataFolder, name);
  if (existsSync(place)) return place;
  console.error(`${what} (once) …`);
  const beside = join(dataFolder, `.${name}`);
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  await make(beside);
  renameSync(beside, place);
  return place;
}

/** Columns of quotes with room for so many rows. */
export function quoteColumns(rows) {
  const names = ['receivedUs', 'exchangeUs', 'bid', 'ask', 'bidSize', 'askSize'];
  return { length: rows, ...Object.fromEntries(names.map((name) => [name, new Float64Array(rows)])) };
}

/** The value of `--name N`. */
export function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  if (at < 0) return otherwise;
  const value = Number(process.argv[at + 1]);
  if (!(value > 0)) {
    console.error(`error: --${name} expected a number above 0`);
    process.exit(2);
  }
  return value;
}

/** The values of `--name A,B`; each must be one of those known. */
export function words(name, known) {
  const at = process.argv.indexOf(`--${name}`);
  if (at < 0) return known;
  const values = (process.argv[at + 1] ?? '').split(',');
  if (values.every((value) => known.includes(value))) return values;
  console.error(`error: --${name} expected some of ${known.join(',')}`);
  process.exit(2);
}
