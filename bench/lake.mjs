// The same quotes written as Parquet by our two layouts, by the library that trades still use, and by two engines with
// zstd: bytes a quote, quotes a second of wall time and of processor time, and what reading charts' columns back costs, by our
// reader and by the library that reads what it does not know.
//   npm run bench -- lake [--rows 1000000] [--runs 7]
// Every writer is a process of its own and holds the rows in its own memory before the clock starts; engines are told to
// use one thread. They take turns, so that a machine's moods meet all of them. Nothing is synced. Figures are medians.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INSTRUMENTS, saveRows } from './lake-rows.mjs';
import { option } from './place.mjs';

const OURS = ['ours-hot', 'ours-cold'];
/** What COPY writes unless told otherwise, and with the newer encodings. */
const PEERS = ['duckdb-zstd', 'duckdb-v2-zstd', 'polars-zstd'];
const WRITERS = [...OURS, 'library', ...PEERS];
/** For the compilers alone. */
const WARM_UPS = 3;

const rows = option('rows', 1_000_000);
const runs = option('runs', 7);
const folder = mkdtempSync(join(tmpdir(), 'bench-lake-'));
const children = new Map();
try {
  const counts = await saveRows(folder, rows);
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (const name of WRITERS) children.set(name, await start(name));
  const writes = await turns('write');
  const reads = await turns('read');
  const libraryReads = await turns('read-library');

  console.log(`${total} quotes of ${INSTRUMENTS.map(({ words }) => words).join(', ')}; ${runs} runs each\n`);
  console.log(
    'writer            bytes/quote  (each)                M quotes/s   M quotes/CPU s   read CPU ns/quote   by the library   x',
  );
  for (const name of WRITERS) {
    const figures = writes.get(name);
    const each = figures[0].bytes.map((bytes, i) => (bytes / counts[i]).toFixed(1)).join(' ');
    const perSecond = (of) => (total / median(figures.map(of)) / 1_000).toFixed(2);
    console.log(
      name.padEnd(16) +
        (bytesOf(figures) / total).toFixed(2).padStart(13) +
        `  ${each.padEnd(20)}` +
        perSecond(({ wallMs }) => wallMs).padStart(12) +
        perSecond(({ cpuMs }) => cpuMs).padStart(17) +
        nsOf(reads.get(name)).toFixed(0).padStart(20) +
        nsOf(libraryReads.get(name)).toFixed(0).padStart(17) +
        (nsOf(libraryReads.get(name)) / nsOf(reads.get(name))).toFixed(1).padStart(6),
    );
  }
  console.log('\n                          bytes   quotes/CPU s   (ours over theirs; speeds turn by turn)');
  for (const name of OURS)
    for (const peer of PEERS) {
      const [ours, theirs] = [writes.get(name), writes.get(peer)];
      const speed = median(ours.map(({ cpuMs }, run) => theirs[run].cpuMs / cpuMs));
      const size = bytesOf(ours) / bytesOf(theirs);
      console.log(
        `${name.padEnd(9)} / ${peer.padEnd(14)}${size.toFixed(2).padStart(5)}${speed.toFixed(2).padStart(15)}`,
      );
    }
} finally {
  for (const child of children.values()) child.disconnect();
  rmSync(folder, { recursive: true, force: true });
}

async function start(name) {
  const script = fileURLToPath(new URL('lake-writer.mjs', import.meta.url));
  const child = fork(script, [name, folder], { env: { ...process.env, POLARS_MAX_THREADS: '1' } });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${name} did not start`))),
  ]);
  return child;
}

/** Each writer's figures, run by run. */
async function turns(what) {
  const figures = new Map(WRITERS.map((name) => [name, []]));
  for (let run = -WARM_UPS; run < runs; run++)
    for (const [name, child] of children) {
      child.send(what);
      const [answer] = await once(child, 'message');
      if (run >= 0) figures.get(name).push(answer);
    }
  return figures;
}

/** Of the three columns of charts. */
function nsOf(figures) {
  const total = figures[0].quotes;
  return (median(figures.map(({ cpuMs }) => cpuMs)) * 1e6) / total;
}

function bytesOf(figures) {
  return figures[0].bytes.reduce((sum, bytes) => sum + bytes, 0);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
