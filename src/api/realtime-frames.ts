// The full frames of /ws/realtime_charts: one JSON array of the charts that have points. A chart is made into
// bytes once for each change of its window, whoever and however many look at it.

import { encodeChart, type KeyCase } from '../history/encode.js';
import type { PairWindow } from '../windows/window.js';

export interface FrameLimits {
  readonly pointsPerChart: number;
  /** Of one frame, either key case. */
  readonly frameBytesMax: number;
}

/** Of a time and three numbers, each as long as a number can be, with commas. */
export const POINT_TEXT_BYTES_MAX = 16 + 3 * 26;
/** Names and keys of a chart, about. */
const CHART_HEAD_BYTES = 256;

interface Encoded {
  readonly version: number;
  /** It was made with at most so many. */
  readonly points: number;
  readonly camel: Buffer;
  snake: Buffer | undefined;
}

interface Frame {
  readonly charts: readonly Buffer[];
  readonly bytes: Buffer;
}

/** The snake form of a chart is longer: `upper_band`, `lower_band`. */
const SNAKE_EXTRA_BYTES = 2;

export class FullFrames {
  chartsSerialised = 0;
  framesSerialised = 0;
  /** Charts that found no room in the newest frame. */
  leftOut = 0;
  readonly #limits: FrameLimits;
  readonly #encoded = new WeakMap<PairWindow, Encoded>();
  readonly #frames: Partial<Record<KeyCase, Frame>> = {};

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /**
   * The charts of `windows` in their order, as many as fit; the same buffer while nothing changes. Where not all
   * would fit, they first have fewer points, down to half.
   */
  frame(windows: readonly PairWindow[], keyCase: KeyCase): Buffer {
    const charts: Buffer[] = [];
    const { pointsPerChart, frameBytesMax } = this.#limits;
    const points = pointsFitting(windows, pointsPerChart, frameBytesMax);
    let size = '[]'.length;
    this.leftOut = 0;
    for (const window of windows) {
      if (window.length === 0) continue;
      // Once one does not fit, those of lower rank are not looked at: they could only come and go.
      const encoded = this.leftOut > 0 ? undefined : this.#encode(window, points);
      const needed = (encoded?.camel.length ?? 0) + SNAKE_EXTRA_BYTES + 1;
      if (encoded === undefined || size + needed > frameBytesMax) {
        this.leftOut += 1;
        continue;
      }
      size += needed;
      charts.push(keyCase === 'camel' ? encoded.camel : snakeOf(encoded));
    }
    const last = this.#frames[keyCase];
    if (last !== undefined && sameItems(last.charts, charts)) return last.bytes;
    this.framesSerialised += 1;
    const bytes = jsonArray(charts);
    this.#frames[keyCase] = { charts, bytes };
    return bytes;
  }

  #encode(window: PairWindow, points: number): Encoded {
    const known = this.#encoded.get(window);
    if (known !== undefined && known.version === window.version && known.points === points) return known;
    this.chartsSerialised += 1;
    const line = encodeChart(window, window.chart(points));
    const encoded = { version: window.version, points, camel: withoutNewline(line), snake: undefined };
    this.#encoded.set(window, encoded);
    return encoded;
  }
}

/** How many points each chart may have for all to fit into so many bytes; half of what is wanted, at least. */
export function pointsFitting(windows: readonly PairWindow[], wanted: number, bytes: number): number {
  const charts = windows.filter((window) => window.length > 0).length;
  const fitting = Math.floor((bytes / charts - CHART_HEAD_BYTES) / POINT_TEXT_BYTES_MAX);
  return Math.min(wanted, Math.max(Math.ceil(wanted / 2), fitting));
}

/** `[a,b]` of items that are JSON already. */
export function jsonArray(items: readonly Buffer[]): Buffer {
  const pieces: Buffer[] = [OPEN];
  items.forEach((item, at) => {
    if (at > 0) pieces.push(COMMA);
    pieces.push(item);
  });
  pieces.push(CLOSE);
  return Buffer.concat(pieces);
}

/** The snake form of our own JSON. Exact: inside a text the quotes of a key would be escaped. */
export function snakeJson(json: Buffer): Buffer {
  return Buffer.from(
    json
      .toString()
      .replaceAll('"upperBand":', '"upper_band":')
      .replaceAll('"lowerBand":', '"lower_band":')
      .replaceAll('"retractedFrom":', '"retracted_from":')
      .replaceAll('"coversFrom":', '"covers_from":'),
  );
}

export function withoutNewline(line: Buffer): Buffer {
  return line.subarray(0, -1);
}

function snakeOf(encoded: Encoded): Buffer {
  encoded.snake ??= snakeJson(encoded.camel);
  return encoded.snake;
}

function sameItems(one: readonly Buffer[], other: readonly Buffer[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');
