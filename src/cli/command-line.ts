// The command line: every command with its options; loads and runs the one that is asked for.

import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { version } from '../version.js';
import { analyzeCommand } from './analyze.js';
import { doctorCommand } from './doctor.js';
import { lakeCommand } from './lake.js';
import { replayCommand } from './replay-command.js';
import type { ServeFlags } from './serve.js';
import { simulateCommand } from './simulate-command.js';

const USAGE_ERROR = 2;

function wholeNumber(least: number, greatest: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= greatest) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${greatest}.`);
  };
}

const port = wholeNumber(0, 65_535);

function program(asked: AbortSignal, done: (exitCode: number) => void): Command {
  const top = new Command('spread-aggregator')
    .description(
      'Records best bid and ask of the same coin on many exchanges and shows the spreads between them.',
    )
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) });
  const command = (name: string, description: string): Command => {
    const made = new Command(name).description(description).copyInheritedSettings(top);
    top.addCommand(made);
    return made;
  };

  command('serve', 'Connect to exchanges, record, serve page and API')
    .option('--config <file>', 'YAML or JSON file; see config.example.yaml')
    .option('--host <address>', 'address to listen on (127.0.0.1)')
    .option('--port <number>', 'port to listen on (8181); 0 = any free one', port)
    .option('--lake <folder>', 'where quotes are recorded (data/market_data)')
    .option('--stats <folder>', 'where summary_stats_*.csv lie (analyzer/summary_stats)')
    .option('--exchanges <names>', 'comma-separated, or "none": serve what is on disk, connect to nothing')
    .option('--capture <folder>', 'keep raw frames, 50 MB a connection')
    .action(async (flags: ServeFlags) => {
      const { runServe } = await import('./serve.js');
      done(await runServe(flags, asked));
    });

  doctorCommand(
    command('doctor', 'Look at every exchange for a while: would recording work?'),
    wholeNumber,
    done,
  );

  command('demo', 'Serve on a simulated world: no network needed')
    .option('--port <number>', 'port to listen on (8181); 0 = any free one', port)
    .option('--lake <folder>', 'lake of the demo (data/demo)')
    .action(async (flags: { port?: number; lake?: string }) => {
      const { runDemo } = await import('./demo.js');
      done(await runDemo(flags, asked));
    });

  analyzeCommand(command('analyze', 'Statistics of every pair of a lake'), done);

  lakeCommand(command('lake', 'Look after a lake'), done);
  replayCommand(
    command('replay', 'Play what a lake recorded once more, to the same page, API and feed'),
    port,
    asked,
    done,
  );

  simulateCommand(command('simulate', 'Run the simulated exchanges alone'), wholeNumber, done);

  command('decode', 'Decode recorded frames: NDJSON on standard input, quotes on standard output')
    .requiredOption('--exchange <name>', 'whose frames they are')
    .option('--market <market>', 'spot or linear (default: what the name says)')
    .action(async (flags: { exchange: string; market?: string }) => {
      const { runDecode } = await import('./decode.js');
      const { stdin, stdout, stderr } = process;
      done(await runDecode(flags, { stdin, stdout, stderr }));
    });
  return top;
}

function oneLine(text: string): string {
  return `${text.trim().split('\n')[0] ?? ''}\n`;
}

/** `asked` is aborted when the process is asked to stop. Resolves with the exit code: 0 = done, 1 = failed, 2 = asked wrongly. */
export async function runCommandLine(argv: readonly string[], asked: AbortSignal): Promise<number> {
  let exitCode = 0;
  const top = program(asked, (code) => {
    exitCode = code;
  });
  if (argv.length <= 2) {
    top.outputHelp({ error: true });
    return USAGE_ERROR;
  }
  try {
    await top.parseAsync(argv);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
    throw error;
  }
}
