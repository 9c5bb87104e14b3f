// Plays recorded frames to whoever has subscribed: in the recording's order, byte for byte, in its own time,
// faster, or as fast as the sockets take them. Where the recording starts anew (a reset, a file's end, a
// loop) it closes the exchange's connections after what was sent, and waits until the client is back.
// It never sends before the client has subscribed, and never to a connection that is closing.

import { setMaxListeners } from 'node:events';
import { type Clock, US_PER_MS } from '../core/time.js';
import type { SimConnection } from './connection.js';
import type { SimExchange, SimFrame } from './exchange.js';
import type { HostedExchange } from './hosted-exchange.js';
import { type RecordedFrame, type RecordingSelection, readFrames, recordedFiles } from './recordings.js';
import type { SimServer } from './server.js';

/** After a frame without a usable time. */
const STEP_MS = 1;
const GAP_MS_MAX = 1_000;
/** The first subscription counts as complete when nothing was added for this long. */
const SETTLE_MS = 1_000;
/** At full speed: breathe after this many frames, and while this much is unsent. */
const FRAMES_BETWEEN_BREATHS = 64;
const UNSENT_BYTES_MAX = 256 * 1024;

export interface PlayerOptions extends RecordingSelection {
  readonly server: SimServer;
  readonly clock: Clock;
  /** Those that play; each must be hosted by the server. */
  readonly exchanges: readonly SimExchange[];
  /** Times the recorded pace, or as fast as the sockets take it. */
  readonly speed: number | 'max';
  /** Starts again from the first file, until stopped. */
  readonly loop: boolean;
  /** Stops an exchange after so many frames. Default: none. */
  readonly framesMax?: number;
  /** Every frame handed to a socket, as it went over the wire, in order (per exchange). */
  readonly onSent?: (exchange: string, wire: SimFrame, connection: string) => void;
  /** Default 1000 ms. */
  readonly settleMs?: number;
}

export interface Player {
  /** All exchanges played to their end, or stopped. Rejects when a file cannot be read. */
  readonly done: Promise<void>;
  stop(): void;
  readonly stats: readonly PlayerStats[];
}

export interface PlayerStats {
  readonly exchange: string;
  readonly framesSent: number;
  /** Times it closed the exchange's connections. */
  readonly closes: number;
  readonly unreadableLines: number;
  /** What it waits for now; null while it plays or is done. */
  readonly waitingFor: 'subscriptions' | null;
}

export function startPlayer(options: PlayerOptions): Player {
  const stopping = new AbortController();
  setMaxListeners(options.exchanges.length + 1, stopping.signal);
  const decks = options.exchanges.map(
    (exchange) => new Deck(options, exchange, options.server.exchange(exchange.name), stopping.signal),
  );
  const done = Promise.all(decks.map((deck) => deck.play())).then(() => undefined);
  return {
    done,
    stop: () => stopping.abort(),
    get stats() {
      return decks.map((deck) => deck.stats());
    },
  };
}

/** One exchange's recording, playing. */
class Deck {
  readonly #options: PlayerOptions;
  readonly #exchange: SimExchange;
  readonly #hosted: HostedExchange;
  readonly #signal: AbortSignal;
  /** Everything the client subscribed when it was first complete: it must want all of it again. */
  #expected: ReadonlySet<string> | null = null;
  /** null = not known since the connections last changed. */
  #completeNow: boolean | null = null;
  #framesSent = 0;
  #sentSinceClose = 0;
  #closes = 0;
  #unreadableLines = 0;
  #waiting = false;
  /** When the next frame is due, and the recorder's time of the last. */
  #dueUs = 0;
  #lastReceivedAtMs: number | null = null;

  constructor(options: PlayerOptions, exchange: SimExchange, hosted: HostedExchange, signal: AbortSignal) {
    this.#options = options;
    this.#exchange = exchange;
    this.#hosted = hosted;
    this.#signal = signal;
  }

  stats(): PlayerStats {
    return {
      exchange: this.#exchange.name,
      framesSent: this.#framesSent,
      closes: this.#closes,
      unreadableLines: this.#unreadableLines,
      waitingFor: this.#waiting ? 'subscriptions' : null,
    };
  }

  async play(): Promise<void> {
    const unlisten = this.#hosted.onChange(() => {
      this.#completeNow = null;
    });
    try {
      await this.#playFiles();
    } finally {
      unlisten();
    }
  }

  async #playFiles(): Promise<void> {
    const files = await recordedFiles(this.#options, this.#exchange);
    let played: number;
    do {
      played = this.#framesSent;
      for (const file of files) {
        const frames = readFrames(this.#options, this.#exchange, file, () => this.#unreadableLines++);
        for await (const frame of frames) {
          await this.#playFrame(frame);
          if (this.#finished()) break;
        }
        await this.#closeConnections();
        if (this.#finished()) return;
      }
    } while (this.#options.loop && this.#framesSent > played);
  }

  #finished(): boolean {
    return this.#signal.aborted || this.#framesSent >= (this.#options.framesMax ?? Infinity);
  }

  async #playFrame(frame: RecordedFrame): Promise<void> {
    if (frame.resetBefore) await this.#closeConnections();
    if (!this.#complete()) await this.#subscribed();
    await this.#due(frame);
    // Pacing took time: the client may have gone meanwhile.
    while (!this.#signal.aborted && !this.#send(frame)) await this.#subscribed();
    await this.#breathe();
  }

  #send(frame: RecordedFrame): boolean {
    if (!this.#complete()) return false;
    const connection = this.#connectionFor(frame.exchangeSymbol);
    if (connection === undefined || !connection.sendRaw(frame.wire)) {
      // It is going: look again rather than believe what was known.
      this.#completeNow = null;
      return false;
    }
    this.#framesSent++;
    this.#sentSinceClose++;
    this.#options.onSent?.(this.#exchange.name, frame.wire, connection.id);
    return true;
  }

  #connectionFor(exchangeSymbol: string | null): SimConnection | undefined {
    let first: SimConnection | undefined;
    for (const connection of this.#hosted.connections) {
      if (!connection.open) continue;
      if (exchangeSymbol !== null && connection.wanted.has(exchangeSymbol)) return connection;
      first ??= connection;
    }
    return first;
  }

  /** Whether the client wants everything it wanted when it was first complete. */
  #complete(): boolean {
    if (this.#expected === null) return false;
    if (this.#completeNow === null) {
      const wanted = this.#hosted.wanted();
      this.#completeNow = [...this.#expected].every((exchangeSymbol) => wanted.has(exchangeSymbol));
    }
    return this.#completeNow;
  }

  async #subscribed(): Promise<void> {
    this.#waiting = true;
    if (this.#expected === null) await this.#settled();
    while (!this.#signal.aborted && !this.#complete()) await this.#changed();
    this.#waiting = false;
    this.#dueUs = this.#options.clock.nowUs();
  }

  /** Until something is wanted and nothing was added or taken for a while. */
  async #settled(): Promise<void> {
    const settleMs = this.#options.settleMs ?? SETTLE_MS;
    while (!this.#signal.aborted) {
      const before = this.#hosted.wanted();
      if (before.size === 0) {
        await this.#changed();
        continue;
      }
      await this.#sleep(settleMs);
      const after = this.#hosted.wanted();
      if (after.size === before.size && [...after].every((one) => before.has(one))) {
        this.#expected = after;
        return;
      }
    }
  }

  async #closeConnections(): Promise<void> {
    if (this.#sentSinceClose === 0) return;
    this.#closes++;
    this.#sentSinceClose = 0;
    this.#lastReceivedAtMs = null;
    await this.#hosted.closeAll(1000);
  }

  /** Sleeps until the frame is due at the chosen speed. */
  async #due(frame: RecordedFrame): Promise<void> {
    const { speed, clock } = this.#options;
    const last = this.#lastReceivedAtMs;
    this.#lastReceivedAtMs = frame.receivedAtMs ?? last;
    if (speed === 'max') return;
    const gapMs = last === null || frame.receivedAtMs === null ? STEP_MS : frame.receivedAtMs - last;
    const stepMs = gapMs < 0 ? STEP_MS : Math.min(gapMs, GAP_MS_MAX);
    this.#dueUs += (stepMs / speed) * US_PER_MS;
    const waitMs = (this.#dueUs - clock.nowUs()) / US_PER_MS;
    // Timers are no finer than that.
    if (waitMs >= 1) await this.#sleep(waitMs);
  }

  async #breathe(): Promise<void> {
    let unsentBytes = 0;
    for (const connection of this.#hosted.connections) unsentBytes += connection.unsentBytes;
    if (unsentBytes < UNSENT_BYTES_MAX && this.#framesSent % FRAMES_BETWEEN_BREATHS !== 0) return;
    await this.#until((resolve) => {
      void Promise.all([...this.#hosted.connections].map((connection) => connection.drained())).then(resolve);
      return () => undefined;
    });
  }

  #sleep(ms: number): Promise<void> {
    return this.#until((resolve) => this.#options.clock.after(ms, resolve));
  }

  #changed(): Promise<void> {
    return this.#until((resolve) => this.#hosted.onChange(resolve));
  }

  /** What `start` waits for, or the stop, whichever is first. */
  #until(start: (resolve: () => void) => () => void): Promise<void> {
    if (this.#signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        this.#signal.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = start(finish);
      this.#signal.addEventListener('abort', finish);
    });
  }
}
