// The full frames of /ws/realtime_charts: one JSON array of the charts that have points. A chart is made into
// bytes once for each change of its window, whoever and however many look at it. In a crowded frame all charts
// have fewer points, with their least and greatest; only when that is not enough are the last in rank left out.

import { encodeChart, type KeyCase } from '../history/encode.js';
import type { PairWindow } from '../windows/window.js';

export interface FrameLimits {
  readonly pointsPerChart: number;
  /** Of one frame, either key case. */
  readonly frameBytesMax: number;
}

interface Encoded {
  readonly version: number;
  /** Greatest number of points that it was made with. */
  readonly points: number;
  readonly camel: Buffer;
  snake: Buffer | undefined;
}

interface Frame {
  readonly charts: readonly Buffer[];
  readonly bytes: Buffer;
}

interface Fitting {
  readonly charts: readonly Encoded[];
  readonly size: number;
  readonly leftOut: number;
}

/** The snake form of a chart is longer: `upper_band`, `lower_band`. */
const SNAKE_EXTRA_BYTES = 2;
/** No chart is thinned below this: five buckets of time with first, last, least, greatest and a hole. */
export const POINTS_FLOOR = 25;
/** What one bucket of time may keep: other numbers of points give no more. */
const POINTS_STEP = 5;
/** After thinning, a frame has this share of its room in use: the next points do not make it too long again. */
const FILL_AFTER_THINNING = 0.9;
/** Points come back while the frame would have this share in use: less than above, so that they stay. */
const FILL_TO_GROW = 0.8;
const GROWTH = 1.25;

export class FullFrames {
  chartsSerialised = 0;
  framesSerialised = 0;
  /** Charts that found no room in the newest frame. */
  leftOut = 0;
  readonly #limits: FrameLimits;
  readonly #floor: number;
  readonly #encoded = new WeakMap<PairWindow, Encoded>();
  readonly #frames: Partial<Record<KeyCase, Frame>> = {};
  #points: number;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
    this.#points = limits.pointsPerChart;
    this.#floor = Math.min(POINTS_FLOOR, limits.pointsPerChart);
  }

  /** Most points of a chart now: `pointsPerChart`, or fewer where frames are crowded. */
  get points(): number {
    return this.#points;
  }

  /** The charts of `windows` in their order, as many as fit; the same buffer while nothing changes. */
  frame(windows: readonly PairWindow[], keyCase: KeyCase): Buffer {
    const shown = windows.filter(({ length }) => length > 0);
    let fitting = this.#fit(shown);
    while (fitting.leftOut > 0 && this.#points > this.#floor) {
      this.#points = this.#fewerPoints(fitting);
      fitting = this.#fit(shown);
    }
    this.leftOut = fitting.leftOut;
    const charts = fitting.charts.map((chart) => (keyCase === 'camel' ? chart.camel : snakeOf(chart)));
    this.#growWhereThereIsRoom(fitting.size);
    const last = this.#frames[keyCase];
    if (last !== undefined && sameItems(last.charts, charts)) return last.bytes;
    this.framesSerialised += 1;
    const bytes = jsonArray(charts);
    this.#frames[keyCase] = { charts, bytes };
    return bytes;
  }

  #fit(windows: readonly PairWindow[]): Fitting {
    const charts: Encoded[] = [];
    let size = '[]'.length;
    for (const window of windows) {
      const encoded = this.#encode(window);
      const needed = encoded.camel.length + SNAKE_EXTRA_BYTES + 1;
      // Once one does not fit, those of lower rank are not looked at: they could only come and go.
      if (size + needed > this.#limits.frameBytesMax) break;
      size += needed;
      charts.push(encoded);
    }
    return { charts, size, leftOut: windows.length - charts.length };
  }

  /** As many as let all charts fit, if those without room are like the others; in any case fewer. */
  #fewerPoints({ charts, leftOut }: Fitting): number {
    const share = charts.length / (charts.length + leftOut);
    return this.#stepped(Math.min(this.#points * share * FILL_AFTER_THINNING, this.#points - POINTS_STEP));
  }

  /** For the next frame: this one is made. */
  #growWhereThereIsRoom(size: number): void {
    const { pointsPerChart, frameBytesMax } = this.#limits;
    if (this.#points === pointsPerChart) return;
    const more = this.#points * GROWTH + POINTS_STEP;
    if ((size / this.#points) * more > frameBytesMax * FILL_TO_GROW) return;
    this.#points = more >= pointsPerChart ? pointsPerChart : this.#stepped(more);
  }

  #stepped(points: number): number {
    return Math.max(this.#floor, Math.floor(points / POINTS_STEP) * POINTS_STEP);
  }

  #encode(window: PairWindow): Encoded {
    const points = this.#points;
    const known = this.#encoded.get(window);
    if (known !== undefined && known.version === window.version) {
      const isWhole = window.length <= Math.min(points, known.points);
      if (isWhole || known.points === points) return known;
    }
    this.chartsSerialised += 1;
    const line = withoutNewline(encodeChart(window, window.chart(points)));
    const late = lateJson(window);
    const camel = late === '' ? line : Buffer.concat([line.subarray(0, -1), Buffer.from(`${late}}`)]);
    const encoded = { version: window.version, points, camel, snake: undefined };
    this.#encoded.set(window, encoded);
    return encoded;
  }
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

/** `,"late":["Binance"]`: exchanges of legs whose quotes come too late to count; empty where there are none. */
export function lateJson({ late }: PairWindow): string {
  return late.length === 0 ? '' : `,"late":${JSON.stringify(late)}`;
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
