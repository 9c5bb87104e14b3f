// The live stream: one WebSocket that comes back by itself, goes on where it was, and says what it is doing.
// The protocol is told at the head of src/api/realtime.ts. Knows no chart; never gives up.

import type { LiveMessage } from '../../src/api/contract.js';
import { readLive } from '../replies.js';

const PATH = '/ws/realtime_charts?mode=delta';
const DELAY_MS_MIN = 500;
const DELAY_MS_MAX = 15_000;
/** A connection without its first message by then has failed. */
const ANSWER_MS_MAX = 10_000;
/** Nothing at all for so long may be a connection that is dead without knowing it: another one is cheap. */
const SILENT_MS_MAX = 60_000;
/** Only a connection that has held for so long ends a series of failures. */
const HELD_MS_MIN = 5_000;
/** So many failures in a row are called a loss. */
const FAILURES_LOST = 4;

export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'reconnecting' | 'lost';
      /** When the next try is, by `performance.now()`. */
      readonly nextMs: number;
      /** What the server said when it closed; may be empty. */
      readonly reason: string;
    };

export interface LiveListener {
  /** Messages in their order; none is ever missing between a snapshot and the next one. */
  message(message: LiveMessage): void;
  state(state: LiveState): void;
}

export class Live {
  readonly #listener: LiveListener;
  #state: LiveState = { kind: 'connecting' };
  #socket: WebSocket | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Number of the last message; null = nothing to go on from. */
  #seq: number | null = null;
  /** The last message that was the whole of its number: from there the stream can be resumed. */
  #since: number | null = null;
  #failures = 0;
  #openedMs = 0;
  #heardMs = 0;

  constructor(listener: LiveListener) {
    this.#listener = listener;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Connects, and starts with a snapshot. */
  restart(): void {
    this.#since = null;
    this.#failures = 0;
    this.#set({ kind: 'connecting' });
    this.#open();
  }

  /** Does not wait any longer where it is waiting: the network is there again, or someone looks. */
  hurry(): void {
    if (this.#retry === undefined) return;
    this.#set({ kind: 'connecting' });
    this.#open();
  }

  /** Called now and then: finds out what is dead. */
  tick(): void {
    if (this.#socket === null) return;
    const silentMs = performance.now() - Math.max(this.#openedMs, this.#heardMs);
    if (this.#heardMs < this.#openedMs) {
      if (silentMs > ANSWER_MS_MAX) this.#failed('no answer');
    } else if (silentMs > SILENT_MS_MAX) {
      this.#open();
    }
  }

  #open(): void {
    this.#leave();
    this.#seq = null;
    const socket = new WebSocket(this.#since === null ? streamUrl() : `${streamUrl()}&since=${this.#since}`);
    this.#socket = socket;
    this.#openedMs = performance.now();
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#received(String(data));
    });
    socket.addEventListener('close', ({ reason }) => {
      if (this.#socket === socket) this.#failed(reason);
    });
  }

  #received(text: string): void {
    this.#heardMs = performance.now();
    const message = readLive(text);
    if (typeof message === 'string') {
      this.#lostThread(`a message could not be read: ${message}`);
      return;
    }
    const expected = message.type === 'snapshot' || this.#follows(message.seq);
    if (!expected) {
      this.#lostThread('a message is missing');
      return;
    }
    this.#seq = message.seq;
    if (this.#state.kind !== 'connected') this.#set({ kind: 'connected' });
    this.#listener.message(message);
    if (message.more !== true) this.#since = message.seq;
  }

  /** The next number, or a further part of the same. */
  #follows(seq: number): boolean {
    const last = this.#seq ?? this.#since;
    return last !== null && (seq === last || seq === last + 1);
  }

  #lostThread(reason: string): void {
    this.#since = null;
    this.#failed(reason);
  }

  #failed(reason: string): void {
    this.#leave();
    const heldMs = performance.now() - this.#openedMs;
    if (this.#heardMs >= this.#openedMs && heldMs > HELD_MS_MIN) this.#failures = 0;
    this.#failures += 1;
    const delayMs = Math.min(DELAY_MS_MAX, DELAY_MS_MIN * 2 ** (this.#failures - 1));
    // Pages that lost the same server must not all come back at the same moment.
    const waitMs = delayMs * (0.5 + Math.random() / 2);
    this.#retry = setTimeout(() => this.#open(), waitMs);
    const kind = this.#failures < FAILURES_LOST ? 'reconnecting' : 'lost';
    this.#set({ kind, nextMs: performance.now() + waitMs, reason });
  }

  #leave(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #set(state: LiveState): void {
    this.#state = state;
    this.#listener.state(state);
  }
}

function streamUrl(): string {
  return `${location.origin.replace(/^http/, 'ws')}${PATH}`;
}
