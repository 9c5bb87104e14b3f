// Makes a fresh clone ready: installs what is missing, builds what is out of date. Needs Node and npm alone.
// Nothing is done twice: the lockfile's and the newest source's times say whether there is anything to do.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(root, 'build', '.built');

/** Installs the packages of `folder` when its lockfile is newer than what is installed. */
export function installed(folder = root) {
  const lock = join(folder, 'package-lock.json');
  const done = join(folder, 'node_modules', '.package-lock.json');
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error(`installing packages (${folder === root ? 'first run' : folder.slice(root.length)}) …`);
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  const now = new Date();
  utimesSync(done, now, now);
}

/** Compiles sources and tests and bundles the page, when any of them is newer than the last build. */
export function built() {
  const sources = [
    'src',
    'web',
    'test',
    'scripts',
    'tsconfig.json',
    'tsconfig.client.json',
    'package-lock.json',
  ];
  const newest = Math.max(...sources.map((name) => newestMs(join(root, name))));
  if (existsSync(STAMP) && statSync(STAMP).mtimeMs >= newest) return;
  build();
}

export function build() {
  console.error('building …');
  rmSync(STAMP, { force: true });
  removeOrphans();
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  run(process.execPath, [tsc, '-p', root]);
  // The types of what the package exports.
  run(process.execPath, [tsc, '-p', join(root, 'tsconfig.client.json')]);
  run(process.execPath, [join(root, 'scripts', 'build-web.mjs')]);
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(STAMP, '');
}

/** Compiled files whose source is gone would still be run as tests. */
function removeOrphans() {
  for (const part of ['src', 'test']) {
    const folder = join(root, 'build', part);
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder, { recursive: true }).map(String)) {
      if (!name.endsWith('.js')) continue;
      if (existsSync(join(root, part, name.replace(/\.js$/, '.ts')))) continue;
      rmSync(join(folder, name));
      rmSync(join(root, 'build', '.tsbuildinfo'), { force: true });
    }
  }
}

function newestMs(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  let newest = stat.mtimeMs;
  for (const name of readdirSync(path))
    if (name !== 'node_modules') newest = Math.max(newest, newestMs(join(path, name)));
  return newest;
}

export function run(command, args, cwd = root) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(error?.message ?? `${command} ${args.join(' ')} failed`);
  process.exit(status ?? 1);
}
