// `npm run bench -- NAME [options]`: readies the clone, then runs one measurement of bench/ against the build.

import { join } from 'node:path';
import { built, installed, root } from './ready.mjs';

const NAMES = [
  'analysis',
  'analysis-worth',
  'crash-minute',
  'current-hour',
  'dashboard',
  'decode',
  'fan-out',
  'fidelity',
  'growth',
  'history',
  'lake',
  'lake-loop',
  'latency',
  'live-path',
  'memory',
  'page',
  'quality',
  'replay',
  'zoom',
];
/** Those that need what is installed in bench/. */
const WITH_PEERS = ['analysis', 'decode', 'fidelity', 'history', 'lake'];

const [name = ''] = process.argv.slice(2);
if (!NAMES.includes(name)) {
  console.error(`error: expected a measurement: ${NAMES.join(', ')}`);
  process.exit(2);
}
installed();
if (WITH_PEERS.includes(name)) installed(join(root, 'bench'));
if (process.env['BENCH_BUILD'] === undefined) built();
await import(new URL(`bench/${name}.mjs`, `file://${root}`).href);
