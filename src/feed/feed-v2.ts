// Feed protocol v2: hello, requests and their answers, and what happens given to everybody who wants it. Runs on the ingest
// loop: it must never wait, and costs a quote nothing that nobody wants. The words are in protocol.ts.

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Subscriber } from '../core/event.js';
import { Clients } from '../sockets/clients.js';
import { Broadcast } from './broadcast.js';
import { CatchUp } from './catch-up.js';
import type { FeedV2Counters, FeedV2Limits, FeedV2Options } from './feed-v2-words.js';
import { Follower, type FollowerClient, type Put } from './follower.js';
import { OpportunityStream } from './opportunity-stream.js';
import { Outlet } from './outlet.js';
import { PairBook } from './pair-book.js';
import {
  type Answer,
  type ControlMessage,
  PROTOCOL_VERSION,
  RECORD,
  type SnapshotReason,
} from './protocol.js';
import { RecentRing } from './recent-ring.js';
import { type Problem, readRequest, type Wanted } from './request.js';
import { BIT, Standing } from './standing.js';
import { unknownNames } from './unknown-names.js';

const TRY_AGAIN_LATER = 1013;
const PAGE_CONFLATE_MS = 200;

export class FeedV2 {
  readonly subscriber: Subscriber;
  readonly #options: FeedV2Options;
  readonly #clients: Clients<Follower>;
  readonly #pairs: PairBook;
  readonly #outlet: Outlet;
  readonly #opportunities: OpportunityStream;
  readonly #broadcast: Broadcast;
  #stopHeartbeat: (() => void) | null = null;
  #badMessages = 0;
  #snapshots = 0;
  #resumes = 0;
  #tooOld = 0;
  #lost = 0;

  constructor(options: FeedV2Options) {
    const { clock, clientClock, log, latest, limits, instruments } = options;
    this.#options = options;
    this.#clients = new Clients<Follower>({
      clock: clientClock,
      log,
      name: 'feed v2',
      ...limits,
      isBinary: (bytes) => bytes[0] === RECORD.quote || bytes[0] === RECORD.spread,
      onMessage: (client, data) => this.#asked(client, data),
      onGone: (client) => this.#gone(client),
    });
    const standing = new Standing(latest, options.tellValidity, limits.instrumentsMax, options.ageLimitUs);
    this.#pairs = new PairBook((exchange, symbol) => instruments.find(exchange, symbol));
    this.#outlet = new Outlet({
      ...options,
      nowUs: () => clock.nowUs(),
      instruments: (id) => instruments.get(id),
      instrumentsMax: limits.instrumentsMax,
      standing,
      pairs: this.#pairs,
    });
    this.#broadcast = new Broadcast({
      ...options,
      clock: clientClock,
      outlet: this.#outlet,
      standing,
      pairs: this.#pairs,
      put: this.#put,
    });
    this.#opportunities = new OpportunityStream({
      ...options,
      ...limits,
      clients: () => this.#clients,
      put: this.#put,
    });
    this.subscriber = this.#broadcast;
  }

  static bytesMax({ recordsHeldMax, instrumentsMax }: FeedV2Limits): number {
    return RecentRing.bytesMax(recordsHeldMax) + Standing.bytesMax(instrumentsMax);
  }

  /** `origin`: of the page that opened it; null = a program. */
  accept(socket: WebSocket, connection?: Duplex, origin: string | null = null): void {
    const follower = new Follower(origin === null ? 0 : PAGE_CONFLATE_MS);
    const client = this.#clients.accept(socket, follower, connection);
    if (client === null) return;
    const { epoch, lastSeq, clock, clientClock, limits } = this.#options;
    const { heartbeatMs, messageBytesMax, namesMax, pairsMax, bufferedBytesMax, recordsHeldMax } = limits;
    this.#stopHeartbeat ??= clientClock.every(heartbeatMs, () => this.#heartbeat());
    this.#say(client, {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      epoch,
      seq: lastSeq(),
      sentUs: clock.nowUs(),
      heartbeatMs,
      limits: { messageBytesMax, namesMax, pairsMax, bufferedBytesMax, recordsHeldMax },
    });
  }

  counters(): FeedV2Counters {
    const { quotes, spreads } = this.#outlet;
    const { leftOut, ring } = this.#broadcast;
    return {
      ...this.#clients.counters(),
      badMessages: this.#badMessages,
      quoteTexts: quotes.texts,
      quoteRecords: quotes.records,
      spreadTexts: spreads.texts,
      spreadRecords: spreads.records,
      leftOut,
      pairs: this.#pairs.size,
      snapshots: this.#snapshots,
      resumes: this.#resumes,
      resumesTooOld: this.#tooOld,
      tooSlowToCatchUp: this.#lost,
      recordsHeld: ring === null ? 0 : ring.next - ring.oldest,
    };
  }

  close(): Promise<void> {
    return this.#clients.close();
  }

  #asked(client: FollowerClient, data: Buffer): void {
    const follower = client.state;
    const limits = { ...this.#options.limits, conflateMs: follower.conflateMsUsual };
    const request = readRequest(data, limits);
    const { op, id } = request;
    if (op === 'error') this.#refuse(client, id, request.problem);
    else if (op === 'ping') this.#answer(client, 'pong', id);
    else if (follower.waiting !== null)
      this.#refuse(client, id, {
        field: 'op',
        value: op,
        expected: 'the answer to the request before, first',
      });
    else {
      const change = (): void => {
        if (op === 'subscribe') this.#subscribe(client, id, request.wanted);
        else this.#unsubscribe(client, id);
      };
      if (follower.isSending) follower.waiting = change;
      else change();
    }
  }

  #unsubscribe(client: FollowerClient, id: Answer['id']): void {
    this.#letGo(client);
    this.#answer(client, 'unsubscribed', id);
  }

  #answer(client: FollowerClient, type: Answer['type'], id: Answer['id']): void {
    const { lastSeq, clock } = this.#options;
    this.#say(client, { type, id, seq: lastSeq(), sentUs: clock.nowUs() });
  }

  #refuse(client: FollowerClient, id: Answer['id'], problem: Problem): void {
    this.#badMessages += 1;
    this.#say(client, { type: 'error', id, ...problem });
  }

  #subscribe(client: FollowerClient, id: Answer['id'], wanted: Wanted): void {
    const { epoch, lastSeq, limits, latest, instruments } = this.#options;
    const { since } = wanted;
    if (since?.epoch === epoch && since.seq > lastSeq()) {
      const expected = `at most ${lastSeq()}, which is the present`;
      this.#refuse(client, id, { field: 'since.seq', value: String(since.seq), expected });
      return;
    }
    const ring = this.#broadcast.holding(limits.recordsHeldMax);
    const snapshotReason = this.#snapshotReason(wanted, ring);
    if (snapshotReason === null) this.#resumes += 1;
    else this.#snapshots += 1;
    if (snapshotReason === 'too-old') this.#tooOld += 1;
    this.#letGo(client);
    client.state.wanted = wanted;
    client.state.isCaughtUp = false;
    client.state.pairs = this.#pairs.takeAll(wanted.streams.has('spreads') ? wanted.pairs : []);
    const resumed = snapshotReason === null;
    this.#say(client, {
      type: 'subscribed',
      id,
      seq: resumed && since !== null ? since.seq : lastSeq(),
      epoch,
      resumed,
      snapshotReason,
      streams: [...wanted.streams],
      conflate: wanted.conflateMs,
      format: wanted.isBinary ? 'binary' : 'json',
      unknown: unknownNames(wanted, instruments),
    });
    const parts = {
      outlet: this.#outlet,
      ring,
      ...{ latest, lastSeq, instrumentsKnown: () => instruments.size },
      send: this.#send,
      isHere: (one: FollowerClient) => !one.state.isGone,
      arrived: (one: FollowerClient) => this.#arrived(one),
      lost: (one: FollowerClient) => this.#lostTrack(one),
    };
    new CatchUp(parts, client, wanted, resumed ? (since?.seq ?? null) : null).run();
  }

  /** Null: what came since is held. */
  #snapshotReason({ since }: Wanted, ring: RecentRing): SnapshotReason | null {
    if (since === null) return 'new';
    if (since.epoch !== this.#options.epoch) return 'other-epoch';
    return since.seq < ring.floorUs ? 'too-old' : null;
  }

  #arrived(client: FollowerClient): void {
    const { lastSeq } = this.#options;
    for (const pair of client.state.pairs) {
      this.#outlet.setSpread(pair, lastSeq(), BIT.snapshot, 0);
      this.#outlet.putSpread(client, this.#put);
    }
    this.#say(client, { type: 'ready', seq: lastSeq() });
    this.#broadcast.join(client);
    if (client.state.wanted?.streams.has('opportunities') === true) this.#opportunities.welcome(client);
  }

  #lostTrack(client: FollowerClient): void {
    this.#lost += 1;
    this.#clients.drop(client, TRY_AGAIN_LATER, 'too slow to catch up: what it lacks is no longer held');
  }

  /** What it wanted it wants no more. */
  #letGo(client: FollowerClient): void {
    const follower = client.state;
    follower.turn += 1;
    this.#broadcast.leave(client);
    for (const pair of follower.pairs) this.#pairs.release(pair);
    follower.pairs = new Set();
    follower.wanted = null;
    follower.isCaughtUp = true;
  }

  #gone(client: FollowerClient): void {
    client.state.isGone = true;
    client.state.waiting = null;
    this.#letGo(client);
    if (this.#clients.size > 0) return;
    this.#stopHeartbeat?.();
    this.#stopHeartbeat = null;
  }

  /** What waits goes first, so that everything up to its number has been sent. */
  #heartbeat(): void {
    this.#broadcast.flush();
    const { lastSeq, clock } = this.#options;
    const [seq, sentUs] = [lastSeq(), clock.nowUs()];
    for (const client of this.#clients)
      if (client.state.isCaughtUp)
        this.#say(client, { type: 'heartbeat', seq, sentUs, count: client.state.count });
  }

  #say(client: FollowerClient, message: ControlMessage): void {
    this.#clients.sendTo(client, JSON.stringify(message));
  }

  /** A request that came meanwhile takes its turn when these have left. */
  readonly #send = (client: FollowerClient, pieces: readonly Buffer[], done: () => void): void => {
    const follower = client.state;
    follower.isSending = true;
    this.#clients.sendSequence(client, pieces, () => {
      follower.isSending = false;
      const next = follower.waiting ?? done;
      follower.waiting = null;
      next();
    });
  };

  readonly #put: Put = (client, bytes) => this.#clients.sendTo(client, bytes);
}
