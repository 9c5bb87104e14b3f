// One writer a lake. The lock names its holder by process id and start time, so that a killed holder's lock
// is recognised as such and never blocks; a living one is named in the error.

import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from './files.js';
import { LOCK_FILE, tempName } from './paths.js';

/** The lake is held by another process, or by this one already. */
export class LakeLocked extends Error {}

interface Holder {
  readonly pid: number;
  /** In clock ticks since boot; null where the system does not tell. */
  readonly started: string | null;
}

/** Roots that this process holds: where start times are unknown, its own id says nothing about an old lock. */
const heldHere = new Set<string>();

/** Takes the lock; the answer gives it back. Throws LakeLocked where a living process holds it. */
export function takeLock(root: string): () => void {
  const real = realpathSync(root);
  const path = join(real, LOCK_FILE);
  if (heldHere.has(real)) throw new LakeLocked(`the lake ${root} is open in this process already`);
  const mine: Holder = { pid: process.pid, started: startTimeOf(process.pid) };
  const text = `${JSON.stringify(mine)}\n`;
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const holder = readHolder(path);
    if (holder !== null && isAlive(holder)) {
      throw new LakeLocked(
        `the lake ${root} is held by process ${holder.pid}; stop it, or use another folder (lock: ${path})`,
      );
    }
    const temp = join(real, tempName(`${LOCK_FILE}-${process.pid}`));
    writeFileSync(temp, text);
    renameSync(temp, path);
    // Of two that found the same dead lock, the later one has it.
    if (readFileSync(path, 'utf8') !== text)
      throw new LakeLocked(`the lake ${root} was just taken by another`);
  }
  heldHere.add(real);
  return () => {
    heldHere.delete(real);
    if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
  };
}

/** The living process that holds the lake, by its id; null where none does. This process itself counts as one. */
export function lakeHolder(root: string): number | null {
  const holder = readHolder(join(root, LOCK_FILE));
  if (holder === null) return null;
  const isHere = existsSync(root) && heldHere.has(realpathSync(root));
  return isHere || isAlive(holder) ? holder.pid : null;
}

function readHolder(path: string): Holder | null {
  try {
    const { pid, started } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    return Number.isInteger(pid) ? { pid: pid!, started: started ?? null } : null;
  } catch {
    // Half-written by a process that was killed in the middle of it.
    return null;
  }
}

function isAlive({ pid, started }: Holder): boolean {
  // Not held by us (see heldHere), so an equal id is an earlier process's.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  // Killed, and its parent has not looked yet: in containers whose first process never does, that is for ever.
  if (statusOf(pid)[STATE] === ZOMBIE) return false;
  const now = startTimeOf(pid);
  return started === null || now === null || started === now;
}

function startTimeOf(pid: number): string | null {
  return statusOf(pid)[START_TIME] ?? null;
}

/** Of /proc/<pid>/stat, counted after the command's closing bracket. */
const [STATE, START_TIME] = [0, 19];
const ZOMBIE = 'Z';

/** Nothing where there is no /proc. */
function statusOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
