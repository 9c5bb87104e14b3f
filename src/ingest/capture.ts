// Keeps raw frames of first contact: one NDJSON file a connection, bounded, in the form that `decode` and
// the player read. It never delays a quote: what the disk does not take in time is left out and counted.

import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { exchangeKey, marketOf } from '../core/exchange.js';
import type { Log } from '../core/log.js';
import { isoMicros, type Micros } from '../core/time.js';
import type { FrameTap } from './sink.js';

export interface CaptureOptions {
  readonly directory: string;
  /** For each connection; what comes later is not kept. */
  readonly bytesMax: number;
  readonly startedUs: Micros;
  readonly log: Log;
}

export interface Capture {
  readonly tap: FrameTap;
  /** Frames left out, because the bound was reached or the disk was slow. */
  skipped(): number;
  close(): Promise<void>;
}

/** Bytes that may wait for the disk, for one connection. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;

interface CaptureFile {
  readonly stream: WriteStream;
  bytes: number;
  reopened: boolean;
  failed: boolean;
}

/** Makes the directory; throws when that is impossible. */
export function createCapture(options: CaptureOptions): Capture {
  mkdirSync(options.directory, { recursive: true });
  const files = new Map<string, CaptureFile>();
  const stamp = isoMicros(options.startedUs).slice(0, 19).replace(/[-:]/g, '');
  let skipped = 0;

  const open = (connection: string): CaptureFile => {
    const [exchange = '', number = ''] = connection.split('#');
    const path = join(options.directory, `${exchangeKey(exchange)}.capture-${stamp}-${number}.ndjson`);
    const file: CaptureFile = { stream: createWriteStream(path), bytes: 0, reopened: false, failed: false };
    file.stream.on('error', (error) => {
      file.failed = true;
      options.log.error('capture stopped', { connection, reason: error.message });
    });
    files.set(connection, file);
    return file;
  };

  const lineOf = (
    connection: string,
    frame: Uint8Array,
    isBinary: boolean,
    receivedUs: Micros,
    first: boolean,
  ) => {
    const exchange = connection.slice(0, connection.indexOf('#'));
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    return `${JSON.stringify({
      exchange,
      market: marketOf(exchange),
      channel: 'capture',
      receivedAt: receivedUs / 1_000,
      ...(first ? { resetBefore: true } : {}),
      raw: bytes.toString(isBinary ? 'base64' : 'utf8'),
      ...(isBinary ? { encoding: 'base64' } : {}),
      origin: 'recorded',
    })}\n`;
  };

  return {
    tap: {
      opened(connection) {
        const file = files.get(connection);
        if (file !== undefined) file.reopened = true;
      },
      frame(connection, frame, isBinary, receivedUs) {
        const file = files.get(connection) ?? open(connection);
        const line = lineOf(connection, frame, isBinary, receivedUs, file.reopened);
        const bytes = Buffer.byteLength(line);
        const full = file.bytes + bytes > options.bytesMax;
        if (file.failed || full || file.stream.writableLength > WAITING_BYTES_MAX) {
          skipped += 1;
          return;
        }
        file.reopened = false;
        file.bytes += bytes;
        file.stream.write(line);
      },
    },
    skipped: () => skipped,
    async close() {
      await Promise.all(
        [...files.values()].map(({ stream }) => new Promise<void>((done) => stream.end(() => done()))),
      );
    },
  };
}
