// Which sync of the lake's code a call is: by what is synced and why, as the names on the disk tell it. A place in the
// code that nothing here distinguishes from another is the same site.

import { basename, dirname } from 'node:path';
import { TEMP_PREFIX } from '../../src/lake/paths.js';

/** `segment datasync`, `run sync`, `hour file sync`. */
export function fileSite(path: string, how: 'sync' | 'datasync'): string {
  return `${fileKind(path)} ${how}`;
}

function fileKind(path: string): string {
  const name = basename(path).replace(TEMP_PREFIX, '');
  const folder = basename(dirname(path));
  if (folder === '_journal') return 'segment';
  if (folder === '_runs') return name.startsWith('trades-') ? 'trades run' : 'run';
  if (path.includes('/_ledger/')) return name === 'day.ndjson' ? 'ledger of a day' : 'ledger';
  if (folder === '_days') return name.replace(/^[\d-]{10}/, 'day');
  if (/^(hour|date)=/.test(name)) return 'folder';
  if (!folder.startsWith('hour=')) return name;
  const what = /^(spreads|trades)-day/.test(name) ? 'day file' : 'hour file';
  return path.includes('/trades/') ? `trades ${what}` : what;
}

/** `exchange folder for a new symbol`; null where there is nothing to sync. The newest change says why it is synced. */
export function folderSite(
  path: string,
  unsynced: readonly { readonly what: string; readonly name: string }[],
): string | null {
  if (unsynced.length === 0) return null;
  // One place in the code, whatever a killed process had been about.
  if (basename(path) === '_journal') return '_journal';
  const reason = unsynced.findLast(({ name }) => !name.startsWith(TEMP_PREFIX));
  if (reason === undefined) return `${folderKind(path)} for a temp file`;
  const { what, name } = reason;
  const kind = what === 'mkdir' ? folderKind(`${path}/${name}`) : fileKind(`${path}/${name}`);
  return `${folderKind(path)} for ${what} ${kind}`;
}

function folderKind(path: string): string {
  const name = basename(path);
  const kind = /^(exchange|symbol|date|hour)=/.exec(name)?.[1] ?? (name === '' ? 'root of the disk' : name);
  const of = /\/(trades|_ledger)\//.exec(path)?.[1];
  return of === undefined ? kind : `${of} ${kind}`;
}
