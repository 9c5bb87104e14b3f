// /ws/realtime_charts: the watched windows, every 200 ms, over WebSocket. Everything is made once for all
// clients and nothing while there are none; a tick of the market costs nothing here.
//
// Full mode (the default): each message is a JSON array of charts, the first at once, then one every period
// whether anything has changed or not. A chart is ChartData of contract.ts, at most `pointsPerChart` points
// with its least and greatest kept. Windows without points are left out. Where all the others do not find room
// in a frame, charts have fewer points, down to 25; beyond that the last in rank are left out. Charts come by
// rank: pinned, configured, then those of most opportunity cycles.
//
// `?mode=delta`: first {"type":"snapshot","seq":n,"charts":[…]}; then, each period in which something has
// changed, {"type":"delta","seq":n+1,"charts":[…],"removed":[{symbol,exchange1,exchange2}]}. To apply one:
// forget the charts in `removed`; of each chart given, forget the points at or after `retractedFrom` (epoch
// seconds; absent = none), append its points, forget those older than `window` seconds before the newest. A
// chart not known yet is a new one. `coversFrom`: no point after it is missing. A snapshot that is too long
// for one frame goes on in deltas of the same number; all but the last say "more":true.
// `?mode=delta&since=SEQ` (of the last message without `more`) goes on from there: the deltas missed, or, if
// none were, an empty delta of that number; where they are no longer held, a snapshot.
//
// In both modes a chart has "late":["Binance"] while quotes of that leg come too late to count: then it shows no spread.
//
// `?case=snake`: upper_band, lower_band, retracted_from, covers_from. Bad values close with 1008.
//
// A client may pin a pair: {"action":"pin","symbol":"BTC/USDT","exchange1":"Alpha","exchange2":"Beta"} has it
// watched, so that its chart comes to this client (and all others), until {"action":"unpin",…} or the client
// leaves, and a minute longer. Answered to it alone with a PinReply of contract.ts, an object, which neither
// a full frame nor a delta can be taken for. Pages of others may read, but not pin. What else a client sends
// is ignored.

import type { FastifyInstance } from 'fastify';
import { assert } from '../core/assert.js';
import type { Log } from '../core/log.js';
import { type Cancel, type Clock, type Micros, US_PER_MS } from '../core/time.js';
import type { KeyCase } from '../history/encode.js';
import { type Client, Clients, type ClientsCounters } from '../sockets/clients.js';
import type { Opener } from '../sockets/origin.js';
import type { SocketRoute } from '../sockets/upgrade.js';
import type { PinDesk } from '../windows/watching.js';
import type { PairWindow } from '../windows/window.js';
import { answerMessage } from './pin-messages.js';
import { bad, oneOf, type Query, RequestError, text } from './query.js';
import { DeltaStream } from './realtime-deltas.js';
import { FullFrames } from './realtime-frames.js';

export const REALTIME_PATH = '/ws/realtime_charts';

export interface RealtimeLimits {
  readonly periodMs: number;
  readonly pointsPerChart: number;
  readonly frameBytesMax: number;
  readonly clientsMax: number;
  /** What may wait for one client; also the longest snapshot and the longest resumption. */
  readonly bufferedBytesMax: number;
  readonly bufferedBytesTotalMax: number;
  readonly deltasHeldMax: number;
  readonly pingIntervalMs?: number;
  readonly closeGraceMs?: number;
}

export interface RealtimeOptions {
  /** The watched windows by rank, as they are now. */
  readonly windows: () => readonly PairWindow[];
  /** Where pins are asked for. Absent: what clients send is ignored. */
  readonly pins?: PinDesk;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: RealtimeLimits;
}

export interface RealtimeCounters extends ClientsCounters {
  readonly clientsFull: number;
  readonly clientsDelta: number;
  /** Charts made into bytes, full mode. */
  readonly chartsSerialised: number;
  /** Frames put together, full mode; those in which nothing had changed are not made again. */
  readonly framesSerialised: number;
  readonly deltas: number;
  readonly snapshots: number;
  readonly resumed: number;
  /** Most points of a chart in a full frame now: fewer where frames are crowded. */
  readonly chartPoints: number;
  /** Charts without room in the newest full frame or snapshot. */
  readonly chartsLeftOut: number;
  /** Charts put off to the next delta for want of room. */
  readonly chartsPutOff: number;
  /** Messages of clients that asked for something and did not get it. */
  readonly asksRefused: number;
}

interface Stream {
  readonly mode: 'full' | 'delta';
  readonly keyCase: KeyCase;
}

interface Wish extends Stream {
  readonly since: number | undefined;
}

interface Viewer extends Wish {
  readonly opener: Opener;
}

const CASES: readonly KeyCase[] = ['camel', 'snake'];
const BAD_PARAMETER = 1008;
const REASON_LENGTH_MAX = 120;

export class Realtime {
  readonly #options: RealtimeOptions;
  readonly #clients: Clients<Viewer>;
  readonly #full: FullFrames;
  readonly #deltas: DeltaStream;
  readonly #lastFrame: Partial<Record<KeyCase, { readonly madeUs: Micros; readonly bytes: Buffer }>> = {};
  #deltaClients = 0;
  #resumed = 0;
  #asksRefused = 0;
  #cancelTimer: Cancel | null = null;

  constructor(options: RealtimeOptions) {
    const { clock, log, limits } = options;
    assert(limits.bufferedBytesMax >= limits.frameBytesMax, 'a client must be able to take a frame');
    this.#options = options;
    this.#full = new FullFrames(limits);
    this.#deltas = new DeltaStream(Math.floor(clock.nowUs() / US_PER_MS), {
      ...limits,
      snapshotBytesMax: limits.bufferedBytesMax,
      heldMax: limits.deltasHeldMax,
      heldBytesMax: limits.bufferedBytesMax,
    });
    this.#clients = new Clients<Viewer>({
      ...limits,
      clock,
      log,
      name: 'realtime charts',
      onMessage: (client, data) => this.#asked(client, data),
      onGone: (client) => this.#gone(client),
    });
  }

  /** For the upgrade router, under REALTIME_PATH. */
  readonly route: SocketRoute = (socket, url, connection, opener) => {
    let wish: Wish | RequestError;
    try {
      wish = wishOf(Object.fromEntries(url.searchParams));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      wish = error;
    }
    const known = wish instanceof RequestError ? REFUSED : wish;
    const client = this.#clients.accept(socket, { ...known, opener }, connection);
    if (client === null) return;
    if (known.mode === 'delta') this.#deltaClients += 1;
    if (wish instanceof RequestError)
      this.#clients.drop(client, BAD_PARAMETER, wish.message.slice(0, REASON_LENGTH_MAX));
    else this.#welcome(client);
  };

  counters(): RealtimeCounters {
    const clients = this.#clients.counters();
    return {
      ...clients,
      clientsFull: clients.clients - this.#deltaClients,
      clientsDelta: this.#deltaClients,
      chartsSerialised: this.#full.chartsSerialised,
      framesSerialised: this.#full.framesSerialised,
      deltas: this.#deltas.deltas,
      snapshots: this.#deltas.snapshots,
      resumed: this.#resumed,
      chartPoints: this.#full.points,
      chartsLeftOut: Math.max(this.#full.leftOut, this.#deltas.leftOut),
      chartsPutOff: this.#deltas.putOff,
      asksRefused: this.#asksRefused,
    };
  }

  /** Says goodbye to all clients; resolves when they have gone. */
  close(): Promise<void> {
    return this.#clients.close();
  }

  #welcome(client: Client<Viewer>): void {
    const { mode, keyCase, since } = client.state;
    if (mode === 'full') {
      this.#clients.sendTo(client, this.#frame(keyCase, true));
    } else {
      const missed = since === undefined ? null : this.#deltas.since(since);
      if (missed !== null) this.#resumed += 1;
      const alone = this.#deltaClients === 1;
      for (const delta of missed ?? this.#deltas.snapshot(this.#options.windows(), alone))
        this.#clients.sendTo(client, delta.bytes(keyCase));
    }
    const { clock, limits } = this.#options;
    this.#cancelTimer ??= clock.every(limits.periodMs, () => this.#tick());
  }

  #tick(): void {
    const wanted = new Set<string>();
    for (const { state } of this.#clients) wanted.add(streamOf(state));
    for (const keyCase of CASES)
      if (wanted.has(streamOf({ mode: 'full', keyCase })))
        this.#send({ mode: 'full', keyCase }, this.#frame(keyCase, false));
    const delta = this.#deltaClients === 0 ? null : this.#deltas.step(this.#options.windows());
    if (delta === null) return;
    for (const keyCase of CASES)
      if (wanted.has(streamOf({ mode: 'delta', keyCase })))
        this.#send({ mode: 'delta', keyCase }, delta.bytes(keyCase));
  }

  #send(stream: Stream, bytes: Buffer): void {
    this.#clients.broadcast(
      bytes,
      ({ state }) => state.mode === stream.mode && state.keyCase === stream.keyCase,
    );
  }

  /** `recent`: one made within the last period will do, so that many clients at once cost one frame. */
  #frame(keyCase: KeyCase, recent: boolean): Buffer {
    const { clock, limits, windows } = this.#options;
    const nowUs = clock.nowUs();
    const last = this.#lastFrame[keyCase];
    if (recent && last !== undefined && nowUs - last.madeUs < limits.periodMs * US_PER_MS) return last.bytes;
    const bytes = this.#full.frame(windows(), keyCase);
    this.#lastFrame[keyCase] = { madeUs: nowUs, bytes };
    return bytes;
  }

  #asked(client: Client<Viewer>, data: Buffer): void {
    const { pins } = this.#options;
    const reply = pins === undefined ? null : answerMessage(data, client, client.state.opener, pins);
    if (reply === null) return;
    if (reply.type === 'refused') this.#asksRefused += 1;
    this.#clients.sendTo(client, JSON.stringify(reply));
  }

  #gone(client: Client<Viewer>): void {
    this.#options.pins?.leave(client);
    if (client.state.mode === 'delta') this.#deltaClients -= 1;
    if (this.#deltaClients === 0) this.#deltas.rest();
    if (this.#clients.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}

/** Answers plain HTTP on the path of the WebSocket: 400. Not in OpenAPI, which has no word for sockets. */
export function realtimeHttpRoute(app: FastifyInstance): void {
  const error = `${REALTIME_PATH}: expected a WebSocket upgrade, was plain HTTP`;
  app.get(REALTIME_PATH, { schema: { hide: true } }, async (_request, reply) =>
    reply.code(400).send({ error }),
  );
}

function streamOf({ mode, keyCase }: Stream): string {
  return `${mode} ${keyCase}`;
}

const REFUSED: Wish = { mode: 'full', keyCase: 'camel', since: undefined };

function wishOf(query: Query): Wish {
  const since = text(query, 'since');
  if (since !== undefined && !/^\d{1,15}$/.test(since)) throw bad('since', 'the number of a delta', since);
  return {
    mode: oneOf(query, 'mode', ['full', 'delta']) ?? 'full',
    keyCase: oneOf(query, 'case', ['camel', 'snake']) ?? 'camel',
    since: since === undefined ? undefined : Number(since),
  };
}
