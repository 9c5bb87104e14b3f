// The built page, read into memory once at start and served by exact name: no path of a request ever
// reaches the disk.

import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  /** The same by gzip, for those who take it. */
  readonly zipped: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Name (`index.html`) → asset; empty where the page has not been built. */
export function loadAssets(directory: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const name of listing(directory)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const body = readFileSync(join(directory, name));
    assets.set(name, { type, body, zipped: gzipSync(body, { level: 9 }) });
  }
  return assets;
}

function listing(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Of an Accept-Encoding header: whether the shorter form may be sent. */
export function takesGzip(header: string | string[] | undefined): boolean {
  const offers = String(header ?? '').split(',');
  return offers.some((offer) => /^\s*(gzip|\*)\s*(;|$)/.test(offer) && !/;\s*q=0(\.0*)?\s*$/.test(offer));
}
