// The words of this room: one client of a stream, what bounds them all, and what is counted of them.

import type { Log } from '../core/log.js';
import type { Clock } from '../core/time.js';

export interface Client<State> {
  /** 1, 2, 3 … in order of arrival. */
  readonly id: number;
  /** The owner's own, one a client. */
  readonly state: State;
}

export type Payload = Buffer | string;

export interface ClientsOptions<State> {
  readonly clock: Clock;
  readonly log: Log;
  /** What the log calls the stream: `raw feed`. */
  readonly name: string;
  /** The next one is closed with 1013. */
  readonly clientsMax: number;
  /**
   * A client for whom more than this waits to be sent is closed with 1013. Must exceed what may be sent to
   * one client in one turn of the event loop: nothing leaves before its end.
   */
  readonly bufferedBytesMax: number;
  /** Of all clients together, looked at when all have had their turn: past it the slowest is closed. Absent = none. */
  readonly bufferedBytesTotalMax?: number;
  /** A client without a pong or message within two of these is closed with 1013. Default 15 s. */
  readonly pingIntervalMs?: number;
  /** What a closed client may take to go before it is terminated. Default 1 s. */
  readonly closeGraceMs?: number;
  /** Which of what it is given are binary messages. Absent: all are texts. */
  readonly isBinary?: (bytes: Buffer) => boolean;
  /** Its size is bounded by the server's `messageBytesMax`; what it means is the owner's. Must not throw. */
  readonly onMessage?: (client: Client<State>, data: Buffer) => void;
  /** Once for every accepted client, when no more can be sent to it. */
  readonly onGone?: (client: Client<State>) => void;
}

export interface ClientsCounters {
  /** Now connected. */
  readonly clients: number;
  /** Ever accepted. */
  readonly accepted: number;
  /** Over `clientsMax`, or after `close`. */
  readonly refused: number;
  readonly closedSlow: number;
  /** Without a sign of life. */
  readonly closedDead: number;
  readonly messagesSent: number;
  /** Payloads, without framing. */
  readonly bytesSent: number;
  readonly messagesReceived: number;
  /** Texts made into a deflated frame, each once for all clients that agreed. */
  readonly framesDeflated: number;
  /** Of `messagesSent`: those sent as such a frame. */
  readonly messagesDeflated: number;
  /** What they were on the wire, with framing; in `bytesSent` they count as the texts they were. */
  readonly bytesDeflated: number;
  /** Waiting for all clients together, now. */
  readonly bufferedBytes: number;
}
