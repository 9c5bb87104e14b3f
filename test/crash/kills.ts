// One seed of kills: a process of its own records several thousand quotes and trades a second on a real disk, is killed at
// random moments, what it left is damaged now and then, the next one goes on; in the end all is there that must be, once.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createRealClock } from '../../src/clock.js';
import { type LakeCounters, openLake, type RecoveryReport } from '../../src/lake/writer.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import {
  filesMatching,
  LIMITS,
  rowsInFiles,
  rowsOf,
  someInstruments,
  tradesOf,
} from '../lake/support/lakes.js';
import { damage, keyOf } from './damage.js';

export interface KillsResult {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly kills: number;
  readonly damages: readonly string[];
  readonly rows: number;
  /** Kills while the disk was so far behind that the process itself showed more than the window waiting. */
  readonly behind: number;
  /** Rows handed over and not there, damage apart. */
  readonly lost: number;
  readonly files: number;
  readonly openMsMax: number;
}

const FEEDER = fileURLToPath(new URL('../lake/support/feeder.js', import.meta.url));
const INSTRUMENTS = someInstruments();
const WINDOW_MS = 1_000;
/** From one word of the process to the next, on a busy machine. */
const SHOWN_SLACK_MS = 200;
const OPEN_MS_MAX = 5_000;
const LIFE_MS_MAX = 1_900;
const LEFT_OVER = /\.tmp-|\.log$|\.run$|_lock/;

export async function runKills(seed: number, kills: number): Promise<KillsResult> {
  const root = mkdtempSync(join(tmpdir(), 'kills-'));
  const random = createRandom(seed, 'kills');
  const broken: string[] = [];
  const damages: string[] = [];
  const excused = new Set<string>();
  const sessions: Session[] = [];
  let openMsMax = 0;
  try {
    for (let session = 0; session < kills; session++) {
      const killed = await recordAndKill(root, session, random);
      sessions.push(killed);
      openMsMax = Math.max(openMsMax, killed.openMs);
      const hurt = random.next() < 0.5 ? damage(root, random, excused) : null;
      if (hurt === null) continue;
      damages.push(hurt.what);
      // Else a process finds it that is killed again, maybe over it.
      if (random.next() < 0.5) broken.push(...(await recoverNow(root, hurt.mustBeTold, hurt.what)));
    }
    if (openMsMax > OPEN_MS_MAX) broken.push(`opening took ${openMsMax} ms`);
    broken.push(...(await recoverNow(root, false, 'the end')));
    const behind = sessions.filter(({ isBehind }) => isBehind).length;
    return { ...(await verdict(root, sessions, excused, broken)), seed, kills, damages, openMsMax, behind };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

interface Session {
  readonly openMs: number;
  readonly handed: number;
  /** Of them, those handed over more than a second before. */
  readonly owed: number;
  readonly isBehind: boolean;
}

/** Lives from nothing to two seconds, opening included. */
async function recordAndKill(root: string, session: number, random: Random): Promise<Session> {
  const hoursASecond = String(0.5 + random.below(3));
  const child = spawn(process.execPath, [FEEDER, root, String(session), hoursASecond], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lifeMs = random.next() * LIFE_MS_MAX;
  // Now and then it dies over its opening, else so long after it.
  const overOpening = random.next() < 0.15;
  const seen: { atMs: number; rows: number; waitsMs: number }[] = [];
  let [openMs, killedMs] = [0, 0];
  const kill = () => {
    killedMs = performance.now();
    child.kill('SIGKILL');
  };
  if (overOpening) setTimeout(kill, 80 + lifeMs / 8);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('opened ')) {
      openMs = Number(line.slice(7));
      if (!overOpening) setTimeout(kill, lifeMs);
      return;
    }
    const [rows = 0, waitsMs = 0] = line.split(' ').map(Number);
    seen.push({ atMs: performance.now(), rows, waitsMs });
  });
  await exited;
  if (child.signalCode !== 'SIGKILL') throw new Error(`it ended by itself with ${child.exitCode}`);
  // A disk that takes longer is no loss of ours where the process shows how long it waits.
  const last = seen.at(-1);
  const windowMs = Math.max(WINDOW_MS, (last?.waitsMs ?? 0) + SHOWN_SLACK_MS);
  // A machine that is too busy to let it run lets it receive nothing either: its last word counts.
  const livedMs = Math.min(killedMs, (last?.atMs ?? 0) + SHOWN_SLACK_MS);
  const owed = seen.findLast(({ atMs }) => atMs < livedMs - windowMs)?.rows ?? 0;
  return { openMs, handed: last?.rows ?? 0, owed, isBehind: windowMs > WINDOW_MS };
}

/** Opens the lake in peace, and closes it; says what is wrong with that. */
async function recoverNow(root: string, mustBeTold: boolean, what: string): Promise<string[]> {
  const clock = createRealClock();
  try {
    const startMs = performance.now();
    const lake = await openLake({ root, origin: 'live', clock, limits: LIMITS, instruments: INSTRUMENTS });
    const openMs = performance.now() - startMs;
    const recovered = await lake.ready;
    await lake.close();
    const broken = openMs > OPEN_MS_MAX ? [`opening took ${openMs} ms after ${what}`] : [];
    const { problems } = lake.counters();
    if (mustBeTold && !isTold(recovered, lake.counters())) broken.push(`${what} was not reported`);
    const left = filesMatching(root, LEFT_OVER);
    // Open once more by the next one: what is damaged may need telling before it is mended.
    if (left.length > 0)
      broken.push(`left over after ${what}: ${left.join(', ')}; told: ${JSON.stringify(problems)}`);
    return broken;
  } finally {
    clock.close();
  }
}

function isTold({ cuts }: RecoveryReport, { problems }: LakeCounters): boolean {
  return cuts.length > 0 || problems.length > 0;
}

async function verdict(
  root: string,
  sessions: readonly Session[],
  excused: ReadonlySet<string>,
  before: readonly string[],
): Promise<Pick<KillsResult, 'broken' | 'rows' | 'lost' | 'files'>> {
  const broken = [...before];
  // Throws where a file cannot be read.
  const quotes = await rowsOf(root, INSTRUMENTS);
  const trades = await tradesOf(root, INSTRUMENTS);
  if (rowsInFiles(root) !== quotes.length)
    broken.push(`${rowsInFiles(root)} rows in files, ${quotes.length} read`);
  const left = filesMatching(root, LEFT_OVER);
  if (left.length > 0) broken.push(`left over: ${left.join(', ')}`);
  const keys = [
    ...quotes.map(([, id, , session, , number]) => keyOf('quote', session, id, number)),
    ...trades.map(([, id, , size, , , number]) => keyOf('trade', size - 1, id, Number(number))),
  ];
  const there = new Set(keys);
  if (there.size !== keys.length) broken.push(`${keys.length - there.size} rows are there twice`);
  let lost = 0;
  for (const kind of ['quote', 'trade'] as const)
    for (const [session, { handed, owed }] of sessions.entries()) {
      const isGone = (row: number) => {
        const key = keyOf(kind, session, row % INSTRUMENTS.size, Math.floor(row / INSTRUMENTS.size));
        return !there.has(key) && !excused.has(key);
      };
      const gone = Array.from({ length: handed }, (_, row) => row).filter(isGone);
      lost += gone.length;
      if (gone.length > 0 && gone[0]! < owed)
        broken.push(
          `${kind} ${gone[0]} of session ${session} is gone, ${owed} are owed, ${handed} were handed over`,
        );
      if (gone.length > 0 && gone.at(-1)! - gone[0]! !== gone.length - 1)
        broken.push(`${kind}s of session ${session}: a hole before newer ones`);
    }
  return { broken, rows: keys.length, lost, files: filesMatching(root, /\.parquet$/).length };
}
