// The command `decode`: recorded frames on stdin, one exchange's own decoder, NDJSON on stdout, counts on
// stderr. Holds one line and one chunk of output at a time; never adds to a frame what it does not say.

import type { Readable, Writable } from 'node:stream';
import { US_PER_MS } from '../core/time.js';
import type { Decoder, ExchangeAdapter } from '../exchanges/exchange.js';
import { adapters, findAdapter, findAdapterFor } from '../exchanges/index.js';
import { OutputSink } from './decode-output.js';
import { LineSplitter, readFrameLine } from './frame-line.js';

export interface DecodeArgs {
  /** Any case, any alias. */
  readonly exchange: string;
  /** `spot` or `linear`; absent = the market the name says. */
  readonly market?: string | undefined;
}

export interface DecodeIo {
  readonly stdin: Readable | AsyncIterable<Uint8Array | string>;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Runs the command; the exit code: 0 done, 1 input or output failed, 2 wrong arguments. */
export async function runDecode(args: DecodeArgs, io: DecodeIo): Promise<number> {
  const adapter = adapterOf(args);
  if (typeof adapter === 'string') {
    io.stderr.write(`decode: ${adapter}\n`);
    return 2;
  }
  const output = new OutputSink(adapter.name);
  const writer = new PatientWriter(io.stdout);
  let failure: unknown;
  try {
    await decodeAll(adapter, io.stdin, output, writer);
  } catch (error) {
    failure = error;
  }
  await writer.end();
  io.stderr.write(`${output.summary()}\n`);
  failure ??= writer.failure;
  if (failure === undefined) return 0;
  io.stderr.write(`decode: ${failure instanceof Error ? failure.message : String(failure)}\n`);
  return 1;
}

/** The adapter, or one line that says why there is none. */
function adapterOf(args: DecodeArgs): ExchangeAdapter | string {
  const { exchange, market } = args;
  if (market !== undefined && market !== 'spot' && market !== 'linear')
    return `--market is '${market}', expected spot or linear`;
  const known = adapters.map((adapter) => adapter.name).join(', ');
  const named = findAdapter(exchange);
  if (named === undefined) return `unknown exchange '${exchange}', expected one of ${known}`;
  if (market === undefined) return named;
  return findAdapterFor(exchange, market) ?? `no ${market} market of ${named.name}, known are ${known}`;
}

async function decodeAll(
  adapter: ExchangeAdapter,
  stdin: AsyncIterable<Uint8Array | string>,
  output: OutputSink,
  writer: PatientWriter,
): Promise<void> {
  const decoder = adapter.createDecoder(output.listing);
  const isInflating = adapter.compressed === true;
  const splitter = new LineSplitter((line) => decodeLine(line, isInflating, decoder, output));
  for await (const chunk of stdin) {
    splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    await writer.write(output.take());
    if (writer.isClosed) return;
  }
  splitter.end();
  await writer.write(output.take());
}

function decodeLine(
  line: Uint8Array | 'too-long',
  isInflating: boolean,
  decoder: Decoder,
  output: OutputSink,
): void {
  if (line === 'too-long') {
    output.beginFrame(Number.NaN);
    output.reject('too-large', 'the line holds more than any frame can');
    return;
  }
  const read = readFrameLine(line, isInflating);
  if (read === undefined) return;
  output.beginFrame(read.receivedMs);
  if (read.resetBefore) decoder.reset();
  if ('reason' in read) output.reject(read.reason, read.detail);
  else decoder.decode(read.frame, Math.round(read.receivedMs * US_PER_MS), output);
}

/** Writes no faster than the reader reads; a reader that goes away ends the work without a word. */
class PatientWriter {
  readonly #stdout: Writable;
  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.isClosed = true;
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') this.failure ??= error;
  };
  readonly #onClose = (): void => {
    this.isClosed = true;
  };
  isClosed = false;
  failure: Error | undefined;

  constructor(stdout: Writable) {
    this.#stdout = stdout;
    stdout.on('error', this.#onError);
    stdout.on('close', this.#onClose);
  }

  async write(text: string): Promise<void> {
    if (text.length === 0 || this.isClosed) return;
    if (this.#stdout.write(text)) return;
    await new Promise<void>((resolve) => {
      const events = ['drain', 'close', 'error'] as const;
      const done = (): void => {
        for (const event of events) this.#stdout.off(event, done);
        resolve();
      };
      for (const event of events) this.#stdout.on(event, done);
    });
  }

  /** After everything written has been handed on; leaves the stream open. */
  async end(): Promise<void> {
    if (!this.isClosed) {
      const flushed = new Promise<void>((resolve) => {
        this.#stdout.write('', () => resolve());
        this.#stdout.once('close', resolve);
      });
      await flushed;
    }
    this.#stdout.off('close', this.#onClose);
  }
}
