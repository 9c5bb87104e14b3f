// The same quotes written as Parquet by our two layouts, by the library that trades still use, and by two engines with
// zstd: bytes a quote, quotes a second of wall time and of processor time, and what reading them back costs.
//   npm run bench -- lake [--rows 1000000] [--runs 7]
// Every writer is a process of its own and holds the rows in its own memory before the clock starts; engines are told to
// use one thread. Nothing is synced. Figures are medians.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INSTRUMENTS, saveRows } from './lake-rows.mjs';
import { option } from './place.mjs';

const WRITERS = ['ours-hot', 'ours-cold', 'library', 'duckdb-zstd', 'duckdb-v2-zstd', 'polars-zstd'];
const PEERS = ['duckdb-zstd', 'duckdb-v2-zstd', 'polars-zstd'];

const rows = option('rows', 1_000_000);
const runs = option('runs', 7);
const folder = mkdtempSync(join(tmpdir(), 'bench-lake-'));
try {
  const counts = await saveRows(folder, rows);
  const total = counts.reduce((sum, count) => sum + count, 0);
  console.log(`${total} quotes of ${INSTRUMENTS.map(({ words }) => words).join(', ')}; ${runs} runs each`);
  console.log('');
  console.log(
    'writer            bytes/quote  (each)                 M quotes/s   M quotes/CPU s   read ns/quote',
  );
  const results = new Map();
  for (const name of WRITERS) {
    const result = child(name);
    results.set(name, result);
    const each = result.bytes.map((bytes, i) => (bytes / counts[i]).toFixed(1)).join(' ');
    console.log(
      name.padEnd(16) +
        perQuote(result).toFixed(2).padStart(13) +
        `  ${each.padEnd(22)}` +
        perSecond(result.wallMs).toFixed(2).padStart(11) +
        perSecond(result.cpuMs).toFixed(2).padStart(17) +
        ((result.readMs * 1e6) / total).toFixed(0).padStart(16),
    );
  }
  console.log('');
  const peers = PEERS.map((name) => results.get(name));
  const smallest = Math.min(...peers.map(perQuote));
  const fastest = Math.max(...peers.map(({ cpuMs }) => perSecond(cpuMs)));
  for (const name of ['ours-cold', 'ours-hot']) {
    const ours = results.get(name);
    const size = perQuote(ours) / smallest;
    const speed = perSecond(ours.cpuMs) / fastest;
    console.log(
      `${name}: ${size.toFixed(2)} × the smallest peer's bytes, ${speed.toFixed(2)} × the fastest peer's quotes a CPU second`,
    );
  }

  function perQuote({ bytes }) {
    return bytes.reduce((sum, one) => sum + one, 0) / total;
  }

  function perSecond(ms) {
    return total / ms / 1_000;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function child(name) {
  const script = fileURLToPath(new URL('lake-writer.mjs', import.meta.url));
  const out = execFileSync(process.execPath, [script, name, folder, String(runs)], {
    encoding: 'utf8',
    env: { ...process.env, POLARS_MAX_THREADS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(out);
}
