// One line of progress with a bar and the time still needed, drawn over and over on a terminal; when standard error
// is piped, a plain line each time another tenth is done. Never touches standard output: that is the result's.

import type { Clock, Micros } from '../core/time.js';
import { US_PER_MS, US_PER_SECOND } from '../core/time.js';

export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Progress {
  /** `done` of `total` (any unit); `what` is being worked at. A total that grows is taken as it comes. */
  show(done: number, total: number, what: string): void;
  /** Takes the line away, so that other lines can be written. */
  clear(): void;
}

const BAR_CELLS = 24;
/** A terminal is drawn at most so often. */
const DRAW_EVERY_US = 100 * US_PER_MS;
const COLUMNS_DEFAULT = 80;

export function createProgress(output: ProgressOutput, clock: Clock): Progress {
  const startedUs = clock.nowUs();
  return output.isTTY === true ? onTerminal(output, clock, startedUs) : inLines(output, clock, startedUs);
}

/** Nobody looks. */
export const noProgress: Progress = { show() {}, clear() {} };

function onTerminal(output: ProgressOutput, clock: Clock, startedUs: Micros): Progress {
  let drawnUs = Number.NEGATIVE_INFINITY;
  let drawn = false;
  return {
    show(done, total, what) {
      const nowUs = clock.nowUs();
      if (nowUs - drawnUs < DRAW_EVERY_US && done < total) return;
      drawnUs = nowUs;
      drawn = true;
      const filled = Math.round(share(done, total) * BAR_CELLS);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`;
      const text = `${bar} ${textOf(done, total, nowUs - startedUs)} ${what}`;
      output.write(`\r\x1b[K${text.slice(0, (output.columns ?? COLUMNS_DEFAULT) - 1)}`);
    },
    clear() {
      if (drawn) output.write('\r\x1b[K');
      drawn = false;
    },
  };
}

function inLines(output: ProgressOutput, clock: Clock, startedUs: Micros): Progress {
  let tenths = 0;
  return {
    show(done, total, what) {
      const now = Math.floor(share(done, total) * 10);
      if (now <= tenths) return;
      tenths = now;
      output.write(`${textOf(done, total, clock.nowUs() - startedUs)} ${what}\n`);
    },
    clear() {},
  };
}

function share(done: number, total: number): number {
  return total > 0 ? Math.min(1, done / total) : 0;
}

function textOf(done: number, total: number, spentUs: Micros): string {
  const part = share(done, total);
  const left = part > 0 ? (spentUs * (1 - part)) / part : Number.NaN;
  return `${String(Math.floor(part * 100)).padStart(3)} % ${done}/${total}, ${remaining(left)}`;
}

function remaining(us: Micros): string {
  if (Number.isNaN(us)) return '--:-- left';
  const seconds = Math.round(us / US_PER_SECOND);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = `${String(minutes).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  return `${hours > 0 ? `${hours}:` : ''}${tail} left`;
}
