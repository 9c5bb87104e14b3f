// kill -9 at random moments while recorded frames play: less than a second may be missing, nothing may be
// doubled, torn or invented, in one thread and with threads that ingest in turn. KILLS=50 runs the long form; the seed is printed and can be given as SEED.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/sim/random.js';
import { type Program, startProgram, testFolder } from '../support/program.js';
import { shared } from '../support/shared.js';
import { until } from '../support/wait.js';
import { lakeRows, playFolder, SentQuotes } from './recording.js';

const KILLS = Number(process.env['KILLS'] ?? 4);
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
/** What was handed to a socket this long before the kill must be in the lake. */
const LOSS_MS_MAX = 1_000;
const samples = shared('exchange-samples');
const MADE = new URL('../../../test/process/frames', import.meta.url).pathname;

test(`${KILLS} kills at random moments lose at most a second and double nothing (SEED=${SEED})`, async () => {
  const random = createRandom(SEED, 'kills');
  const place = testFolder();
  const lake = `${place.folder}/lake`;
  const already = new Map<string, number>();
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const { sent, killedMs } = await recordAndKill(lake, place, random.next(), kill % 2 === 0 ? 0 : 2);
      await recover(lake);
      const found = await lakeRows(lake);
      for (const [instrument, { rows, stampsUs }] of found) {
        const from = already.get(instrument) ?? 0;
        already.set(instrument, rows.length);
        const expected = (sent.byInstrument.get(instrument) ?? []).map(({ row }) => row);
        const added = rows.slice(from);
        const where = `kill ${kill} ${instrument}`;
        assert.deepEqual(added, expected.slice(0, added.length), `${where}: not a prefix of what was sent`);
        for (let at = 1; at < stampsUs.length; at++)
          assert.ok(stampsUs[at]! > stampsUs[at - 1]!, `${where}: stamps do not rise at row ${at}`);
      }
      for (const [instrument, rows] of sent.byInstrument) {
        const due = rows.filter(({ sentMs }) => sentMs < killedMs - LOSS_MS_MAX).length;
        const there = (already.get(instrument) ?? 0) - (before.get(instrument) ?? 0);
        assert.ok(
          there >= due,
          `kill ${kill} ${instrument}: ${there} rows of ${due} that were older than a second`,
        );
      }
      before = new Map(already);
    }
  } finally {
    place.remove();
  }
});

let before = new Map<string, number>();

/** Records a looping recording and kills the process between 0.2 and 3 s after its first quote. */
async function recordAndKill(
  lake: string,
  place: ReturnType<typeof testFolder>,
  moment: number,
  workers: number,
): Promise<{ sent: SentQuotes; killedMs: number }> {
  const sent = new SentQuotes();
  const folder = samples.skip === false ? samples.path : MADE;
  const world = await playFolder(folder, { speed: 20, loop: true, onSent: sent.onSent });
  let program: Program | undefined;
  try {
    program = await startProgram([
      'serve',
      '--config',
      place.config({ exchanges: world.exchanges, ingest: { workers } }),
      '--lake',
      lake,
    ]);
    await until('a quote', () => sent.quotes > 0);
    const killAtMs = performance.now() + 200 + moment * 2_800;
    await until('the moment', () => performance.now() >= killAtMs);
    const killedMs = performance.now();
    assert.equal(await program.end('SIGKILL'), null);
    return { sent, killedMs };
  } finally {
    program?.child.kill('SIGKILL');
    await world.close();
  }
}

/** A start and a clean end, connected to nothing: recovery is all that happens. */
async function recover(lake: string): Promise<void> {
  const program = await startProgram(['serve', '--exchanges', 'none', '--lake', lake]);
  assert.deepEqual((await program.health()).lake.skippedFiles, []);
  assert.equal(await program.end('SIGTERM'), 0, program.output());
}
