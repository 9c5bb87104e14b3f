// A plain WebSocket client for tests: remembers what came, waits for what should come, with a deadline.

import WebSocket from 'ws';

const DEADLINE_MS = 5_000;

export type Json = Record<string, unknown>;

export class Client {
  readonly frames: string[] = [];
  /** The same as they came over the wire. */
  readonly received: { readonly bytes: Uint8Array; readonly isBinary: boolean }[] = [];
  readonly pings: string[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  /** Answers to its pings. */
  pongs = 0;
  readonly #socket: WebSocket;
  #waiters: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('pong', () => {
      this.pongs++;
      this.#wake();
    });
    socket.on('message', (data, isBinary) => {
      this.frames.push(data.toString());
      this.received.push({ bytes: data as Buffer, isBinary });
      this.#wake();
    });
    socket.on('ping', (data) => {
      this.pings.push(data.toString());
      this.#wake();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#wake();
    });
    socket.on('error', () => undefined);
  }

  /** Rejects with the handshake's error: `Unexpected server response: 429`, `socket hang up`. */
  static open(
    url: string,
    options: { readonly autoPong?: boolean; readonly headers?: Record<string, string> } = {},
  ): Promise<Client> {
    const socket = new WebSocket(url, { ...options, perMessageDeflate: false });
    const client = new Client(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.once('error', reject);
    });
  }

  send(frame: unknown): void {
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  ping(): void {
    this.#socket.ping();
  }

  close(): void {
    this.#socket.close();
  }

  /** Without a closing handshake. */
  terminate(): void {
    this.#socket.terminate();
  }

  get parsed(): readonly Json[] {
    return this.frames.filter((frame) => frame.startsWith('{')).map((frame) => JSON.parse(frame) as Json);
  }

  /** Resolves as soon as `holds`; rejects, naming `what`, when that takes too long. */
  async until(what: string, holds: (client: Client) => boolean): Promise<void> {
    const deadline = setTimeout(() => this.#wake(), DEADLINE_MS);
    const startedMs = Date.now();
    while (!holds(this)) {
      if (Date.now() - startedMs >= DEADLINE_MS) {
        throw new Error(`no ${what} in ${DEADLINE_MS} ms; came: ${this.frames.slice(-5).join(' ')}`);
      }
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
    clearTimeout(deadline);
  }

  async frame(holds: (frame: Json) => boolean, what = 'such frame'): Promise<Json> {
    await this.until(what, () => this.parsed.some(holds));
    return this.parsed.find(holds)!;
  }

  async gone(): Promise<{ readonly code: number; readonly reason: string }> {
    await this.until('close', () => this.closed !== null);
    return this.closed!;
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}

/** Polls `holds` until true; rejects, naming `what`, when that takes too long. */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  const startedMs = Date.now();
  while (!holds()) {
    if (Date.now() - startedMs >= DEADLINE_MS) throw new Error(`still not after ${DEADLINE_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
