// The options of `replay`: read here, so that what it runs is loaded only where it is asked for.

import { type Command, InvalidArgumentError } from 'commander';
import { RequestError, time } from '../api/query.js';
import { type Micros, US_PER_SECOND } from '../core/time.js';
import type { ReplaySpeed } from '../replay/player.js';

export interface ReplayFlags {
  readonly from: Micros;
  readonly to: Micros;
  readonly speed: ReplaySpeed;
  readonly lake?: string;
  readonly stats?: string;
  readonly symbols?: string;
  readonly exchanges?: string;
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly trades: boolean;
  readonly exit?: boolean;
}

export function replayCommand(
  command: Command,
  port: (text: string) => number,
  asked: AbortSignal,
  done: (exitCode: number) => void,
): void {
  command
    .requiredOption('--from <time>', 'ISO 8601 (UTC unless it says otherwise) or epoch seconds or ms', timeOf)
    .requiredOption('--to <time>', 'its end, exclusive', timeOf)
    .option('--lake <folder>', 'lake to replay (data/market_data); it is only read')
    .option('--speed <factor>', 'times as fast as it was recorded, or max', speedOf, 1)
    .option('--symbols <names>', 'comma-separated, in any spelling (default: all)')
    .option('--exchanges <names>', 'comma-separated (default: all)')
    .option('--stats <folder>', 'where summary_stats_*.csv lie (analyzer/summary_stats)')
    .option('--config <file>', 'YAML or JSON file, as of serve')
    .option('--host <address>', 'address to listen on (127.0.0.1)')
    .option('--port <number>', 'port to listen on (8181); 0 = any free one', port)
    .option('--no-trades', 'leave out the trades that were recorded')
    .option('--exit', 'end with the replay; default: go on serving its last moment')
    .action(async (flags: ReplayFlags) => {
      const { runReplay } = await import('./replay.js');
      done(await runReplay(flags, asked));
    });
}

/** Before the year 1973 in milliseconds, or after the year 5138 in seconds, nobody records. */
const SECONDS_BELOW = 1e11;

function timeOf(text: string): Micros {
  const isNumber = /^\d+(\.\d+)?$/.test(text);
  if (isNumber && Number(text) < SECONDS_BELOW) return Math.round(Number(text) * US_PER_SECOND);
  try {
    const us = time({ time: text }, 'time');
    if (us !== undefined) return us;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  }
  throw new InvalidArgumentError('Expected ISO 8601 or epoch seconds or milliseconds.');
}

function speedOf(text: string): ReplaySpeed {
  if (text === 'max') return 'max';
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (speed > 0) return speed;
  throw new InvalidArgumentError('Expected a number above 0 or max.');
}
