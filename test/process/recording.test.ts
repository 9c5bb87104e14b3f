// The spine's promise: frames over real sockets into the process, exactly their quotes in the lake.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgram, testFolder } from '../support/program.js';
import { shared } from '../support/shared.js';
import { until } from '../support/wait.js';
import { lakeRows, playFolder, SentQuotes } from './recording.js';

const samples = shared('exchange-samples');
const MADE = new URL('../../../test/process/frames', import.meta.url).pathname;

for (const [what, folder, skip, workers] of [
  ['frames made by hand', MADE, false, 0],
  ['frames made by hand, in two threads that ingest', MADE, false, 2],
  ['every recorded frame', samples.path, samples.skip, 0],
] as const)
  test(`the lake holds exactly the quotes of ${what}, after SIGTERM`, { skip }, async () => {
    const { folder: place, config, remove } = testFolder();
    const sent = new SentQuotes();
    const world = await playFolder(folder, { speed: 'max', loop: false, onSent: sent.onSent });
    const lake = `${place}/lake`;
    const program = await startProgram([
      'serve',
      '--config',
      config({ exchanges: world.exchanges, ingest: { workers } }),
      '--lake',
      lake,
    ]);
    try {
      await world.player.done;
      await until(
        'everything decoded',
        async () => (await program.health()).counters['recorded']! >= sent.quotes,
      );
      const { counters } = await program.health();
      const { received, recorded, oneSided, thinned, dropped, rejected } = counters as Record<string, number>;
      const sum = recorded! + oneSided! + thinned! + dropped! + rejected!;
      assert.equal(sum, received, JSON.stringify(counters));
      assert.equal(await program.end('SIGTERM'), 0, program.output());
    } finally {
      program.child.kill('SIGKILL');
      await world.close();
    }
    const found = await lakeRows(lake);
    assert.ok(sent.quotes > 0);
    assert.deepEqual([...found.keys()].sort(), [...sent.byInstrument.keys()].sort());
    for (const [instrument, rows] of sent.byInstrument)
      assert.deepEqual(
        found.get(instrument)?.rows,
        rows.map(({ row }) => row),
        instrument,
      );
    remove();
  });
