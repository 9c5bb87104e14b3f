// The delta stream of /ws/realtime_charts: what has changed in the windows since the last step, numbered,
// made once for all clients, the last ones kept for those who come back. Never loses a point that a window
// still holds: what finds no room in one delta is in the next.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import { encodeChart, type KeyCase } from '../history/encode.js';
import type { Cursor, PairNames, PairWindow } from '../windows/window.js';
import { jsonArray, lateJson, snakeJson, withoutNewline } from './realtime-frames.js';

export interface DeltaLimits {
  readonly pointsPerChart: number;
  readonly frameBytesMax: number;
  /** Of a snapshot, all its frames together. */
  readonly snapshotBytesMax: number;
  /** Deltas kept for clients that come back. */
  readonly heldMax: number;
  readonly heldBytesMax: number;
}

/** A message for all clients; its bytes in either key case are made once. */
export class Delta {
  readonly seq: number;
  readonly camel: Buffer;
  #snake: Buffer | undefined;

  constructor(seq: number, camel: Buffer) {
    this.seq = seq;
    this.camel = camel;
  }

  bytes(keyCase: KeyCase): Buffer {
    if (keyCase === 'camel') return this.camel;
    this.#snake ??= snakeJson(this.camel);
    return this.#snake;
  }
}

/** Of a time and three numbers, each as long as a number can be, with commas. */
const POINT_TEXT_BYTES_MAX = 16 + 3 * 26;
/** Names and keys of a chart, about. */
const CHART_HEAD_BYTES = 256;

/** For what surrounds the charts of a frame: type, number, brackets. */
const ENVELOPE_BYTES = 128;
/** Of a snapshot's frames, when charts are cut to fit. */
const SNAPSHOT_PART_USED = 0.8;
/** What a chart's keys may grow by in snake case, and its comma. */
const CHART_EXTRA_BYTES = 8;

export class DeltaStream {
  deltas = 0;
  snapshots = 0;
  /** Charts put off to the next delta for want of room. */
  putOff = 0;
  /** Charts that found no room in the newest snapshot. */
  leftOut = 0;
  #seq: number;
  readonly #limits: DeltaLimits;
  readonly #cursors = new Map<PairWindow, Cursor>();
  #held: Delta[] = [];
  #heldBytes = 0;
  /** Of the newest delta: all who come before the next one get the same. */
  #snapshot: readonly Delta[] | null = null;
  /** Whose turn is first, because it was put off. */
  #next: PairWindow | undefined;

  /** `firstSeq` must be above every number an earlier process gave out: the time it starts at, for example. */
  constructor(firstSeq: number, limits: DeltaLimits) {
    // A chart that fills a frame alone would never be sent.
    const chartBytesMax = limits.pointsPerChart * POINT_TEXT_BYTES_MAX + 4 * ENVELOPE_BYTES;
    assert(chartBytesMax <= limits.frameBytesMax, 'a frame has room for a chart');
    this.#seq = firstSeq;
    this.#limits = limits;
  }

  /** Of the newest delta. */
  get seq(): number {
    return this.#seq;
  }

  /** The next delta; null where nothing has changed. */
  step(windows: readonly PairWindow[]): Delta | null {
    const removed = this.#removeGone(windows);
    const charts: Buffer[] = [];
    const removedJson = Buffer.from(JSON.stringify(removed));
    let room = this.#limits.frameBytesMax - ENVELOPE_BYTES - removedJson.length;
    const first = this.#next === undefined ? -1 : windows.indexOf(this.#next);
    this.#next = undefined;
    for (const window of first > 0 ? [...windows.slice(first), ...windows.slice(0, first)] : windows) {
      const cursor = this.#cursorOf(window);
      if (isCaughtUp(window, cursor)) continue;
      const chart =
        this.#next === undefined
          ? this.#chart(window, this.#limits.pointsPerChart, cursor.sentUs, cursor)
          : undefined;
      room -= (chart?.length ?? 0) + CHART_EXTRA_BYTES;
      if (chart === undefined || room < 0) {
        this.#next ??= window;
        this.putOff += 1;
        continue;
      }
      charts.push(chart);
      caughtUp(window, cursor);
    }
    if (charts.length === 0 && removed.length === 0) return null;
    this.deltas += 1;
    this.#seq += 1;
    this.#snapshot = null;
    return this.#hold(new Delta(this.#seq, message('delta', this.#seq, charts, removedJson, false)));
  }

  /**
   * Everything up to the newest delta, in frames; the first is the snapshot. `alone`: nobody follows the
   * stream now, so that it may first come to the present. Made once for all who come before the next delta,
   * which takes back what was taken back since.
   */
  snapshot(windows: readonly PairWindow[], alone: boolean): readonly Delta[] {
    if (alone) this.#comeToPresent(windows);
    this.#snapshot ??= this.#makeSnapshot(windows);
    return this.#snapshot;
  }

  /** Nobody follows the stream: nothing is kept for those who come together. */
  rest(): void {
    this.#snapshot = null;
  }

  #makeSnapshot(windows: readonly PairWindow[]): readonly Delta[] {
    this.snapshots += 1;
    const frames: Buffer[][] = [[]];
    const { frameBytesMax, snapshotBytesMax } = this.#limits;
    let size = ENVELOPE_BYTES;
    this.leftOut = 0;
    // A frame ends before the chart that does not fit: room is lost at the end of each.
    const room = snapshotBytesMax * SNAPSHOT_PART_USED;
    const points = pointsFitting(windows, this.#limits.pointsPerChart, room);
    for (const window of windows) {
      const { sentUs } = this.#cursorOf(window);
      if (window.length === 0 || sentUs === Number.NEGATIVE_INFINITY) continue;
      const chart = this.#chart(window, points, Number.NEGATIVE_INFINITY, undefined, sentUs);
      const needed = chart.length + CHART_EXTRA_BYTES;
      if (size + needed > frameBytesMax) {
        if ((frames.length + 1) * frameBytesMax > snapshotBytesMax) {
          this.leftOut += 1;
          continue;
        }
        frames.push([]);
        size = ENVELOPE_BYTES;
      }
      frames.at(-1)!.push(chart);
      size += needed;
    }
    return frames.map((charts, at) => {
      const type = at === 0 ? 'snapshot' : 'delta';
      return new Delta(this.#seq, message(type, this.#seq, charts, NONE, at < frames.length - 1));
    });
  }

  /** What came after the delta of this number: at least one message. Null where that is no longer held. */
  since(seq: number): readonly Delta[] | null {
    if (seq === this.#seq) return [new Delta(seq, message('delta', seq, [], NONE, false))];
    const at = this.#held.findIndex((delta) => delta.seq === seq + 1);
    return at < 0 ? null : this.#held.slice(at);
  }

  /** A number given out before must not seem to be this state: so it gets a new one. */
  #comeToPresent(windows: readonly PairWindow[]): void {
    this.#removeGone(windows);
    for (const window of windows) caughtUp(window, this.#cursorOf(window));
    this.#next = undefined;
    this.#held = [];
    this.#heldBytes = 0;
    this.#snapshot = null;
    this.#seq += 1;
  }

  #cursorOf(window: PairWindow): Cursor {
    const known = this.#cursors.get(window);
    if (known !== undefined) return known;
    const cursor = window.follow();
    this.#cursors.set(window, cursor);
    return cursor;
  }

  /** Names of the charts that clients have and that are watched no more. */
  #removeGone(windows: readonly PairWindow[]): PairNames[] {
    const present = new Set(windows);
    const removed: PairNames[] = [];
    for (const [window, cursor] of this.#cursors) {
      if (present.has(window)) continue;
      window.unfollow(cursor);
      this.#cursors.delete(window);
      if (cursor.sentUs === Number.NEGATIVE_INFINITY) continue;
      const { symbol, exchange1, exchange2 } = window;
      removed.push({ symbol, exchange1, exchange2 });
    }
    return removed;
  }

  #chart(
    window: PairWindow,
    points: number,
    afterUs: Micros,
    cursor: Cursor | undefined,
    toUs?: Micros,
  ): Buffer {
    const columns = window.chart(points, afterUs, toUs);
    const retractedUs = cursor?.retractedFromUs ?? Number.POSITIVE_INFINITY;
    const retracted = Number.isFinite(retractedUs) ? `"retractedFrom":${secondsOf(retractedUs)},` : '';
    const covers = secondsOf(window.coversFromUs);
    const tail = `${lateJson(window)},${retracted}"window":${window.lengthUs / 1_000_000},"coversFrom":${covers}}`;
    return Buffer.concat([withoutNewline(encodeChart(window, columns)).subarray(0, -1), Buffer.from(tail)]);
  }

  #hold(delta: Delta): Delta {
    this.#held.push(delta);
    this.#heldBytes += delta.camel.length;
    const { heldMax, heldBytesMax } = this.#limits;
    while (this.#held.length > heldMax || this.#heldBytes > heldBytesMax)
      this.#heldBytes -= this.#held.shift()!.camel.length;
    return delta;
  }
}

function isCaughtUp(window: PairWindow, cursor: Cursor): boolean {
  if (window.newestUs > cursor.sentUs || cursor.retractedFromUs !== Number.POSITIVE_INFINITY) return false;
  // Nobody is told of a chart that has never had a point.
  return window.lateChanges === cursor.lateSeen || cursor.sentUs === Number.NEGATIVE_INFINITY;
}

function caughtUp(window: PairWindow, cursor: Cursor): void {
  cursor.sentUs = Math.max(cursor.sentUs, window.newestUs);
  cursor.retractedFromUs = Number.POSITIVE_INFINITY;
  cursor.lateSeen = window.lateChanges;
}

function message(
  type: 'snapshot' | 'delta',
  seq: number,
  charts: readonly Buffer[],
  removed: Buffer,
  more: boolean,
): Buffer {
  const tail = type === 'snapshot' ? [] : [Buffer.from(',"removed":'), removed];
  return Buffer.concat([
    Buffer.from(`{"type":"${type}","seq":${seq},"charts":`),
    jsonArray(charts),
    ...tail,
    Buffer.from(more ? ',"more":true}' : '}'),
  ]);
}

/** As all times outside: whole milliseconds, rounded down. */
function secondsOf(us: Micros): number {
  return Math.floor(us / 1_000) / 1_000;
}

const NONE = Buffer.from('[]');

/** How many points each chart may have for all to fit into so many bytes; half of what is wanted, at least. */
function pointsFitting(windows: readonly PairWindow[], wanted: number, bytes: number): number {
  const charts = windows.filter((window) => window.length > 0).length;
  const fitting = Math.floor((bytes / charts - CHART_HEAD_BYTES) / POINT_TEXT_BYTES_MAX);
  return Math.min(wanted, Math.max(Math.ceil(wanted / 2), fitting));
}
