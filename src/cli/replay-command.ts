// The options of `replay`: read here, so that what it runs is loaded only where it is asked for.

import type { Command } from 'commander';
import { type ReplayFlags, speedOf, timeOf } from './replay-flags.js';

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
