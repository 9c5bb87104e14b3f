// What stretch of time the view of a pair shows, as its address has it: a span up to now that moves on, or two fixed moments.
// Pure.

export const SPANS = { '15m': 900, '1h': 3_600, '6h': 21_600, '24h': 86_400, '7d': 604_800 } as const;
export type Span = keyof typeof SPANS;
const SPAN_DEFAULT: Span = '1h';
/** A chart of less shows nothing more. */
const SECONDS_MIN = 1;
const SECONDS_MAX = 366 * 86_400;
/** The year 2100: what is beyond is no number of seconds. */
const END_SECONDS = 4_102_444_800;

/** Epoch seconds, half-open. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** It moves on with time; null = it stays. */
  readonly span: Span | null;
}

/** What cannot be read is the span that is shown where nothing is said. */
export function rangeOf(params: URLSearchParams, nowSeconds: number): Range {
  const [from, to] = [Number(params.get('from') ?? Number.NaN), Number(params.get('to') ?? Number.NaN)];
  const isTime = from >= 0 && to <= END_SECONDS;
  if (isTime && to - from >= SECONDS_MIN && to - from <= SECONDS_MAX) return { from, to, span: null };
  const asked = params.get('span') ?? '';
  const span = Object.hasOwn(SPANS, asked) ? (asked as Span) : SPAN_DEFAULT;
  return { from: nowSeconds - SPANS[span], to: nowSeconds, span };
}

type Change = Readonly<Record<'from' | 'to' | 'span', string | null>>;

export function fixed(from: number, to: number): Change {
  const [start, end] = to - from < SECONDS_MIN ? [from, from + SECONDS_MIN] : [from, to];
  return { from: start.toFixed(3), to: end.toFixed(3), span: null };
}

export function moving(span: Span): Change {
  return { from: null, to: null, span: span === SPAN_DEFAULT ? null : span };
}

/** By a factor below 1 nearer, around the middle; up to now where it shows now. */
export function zoomed({ from, to, span }: Range, factor: number): Change {
  const seconds = Math.min(SECONDS_MAX, Math.max(SECONDS_MIN, (to - from) * factor));
  const middle = (from + to) / 2;
  return span === null ? fixed(middle - seconds / 2, middle + seconds / 2) : fixed(to - seconds, to);
}

/** By a share of itself; beyond now it shows now. */
export function moved({ from, to }: Range, share: number, nowSeconds: number): Change {
  const by = Math.min((to - from) * share, nowSeconds - to);
  return fixed(from + by, to + by);
}
