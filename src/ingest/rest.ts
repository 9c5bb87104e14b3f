// One request for JSON of an exchange: bounded in time and size, with errors that say what was wrong with
// what came back. It does not retry: who calls decides, from `retryAfterMs` where the exchange named a time.

import type { Clock } from '../core/time.js';

export interface RestLimits {
  readonly restBodyBytesMax: number;
  readonly restTimeoutMs: number;
  readonly retryAfterMsMax: number;
}

export class RestError extends Error {
  constructor(
    message: string,
    /** How long the exchange asked us to stay away (418, 429, 503), ms. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** Statuses with which an exchange tells us to slow down; without a Retry-After this is the pause. */
const SLOW_DOWN_MS: Readonly<Record<number, number>> = { 418: 120_000, 429: 10_000, 403: 60_000 };

/** As fetchJson, with GET. */
export function getJson(
  url: string,
  limits: RestLimits,
  clock: Clock,
  signal: AbortSignal,
): Promise<unknown> {
  return fetchJson('GET', url, limits, clock, signal);
}

/** The parsed body. Throws RestError, whose message begins with host and path and never holds a query. */
export async function fetchJson(
  method: 'GET' | 'POST',
  url: string,
  limits: RestLimits,
  clock: Clock,
  signal: AbortSignal,
): Promise<unknown> {
  const { host, pathname } = new URL(url);
  const where = `${host}${pathname}`;
  const timeout = new AbortController();
  const cancel = clock.after(limits.restTimeoutMs, () => timeout.abort());
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, timeout.signal]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new RestError(
        `${where}: HTTP ${response.status}`,
        retryAfterMs(response.status, response.headers.get('retry-after'), limits.retryAfterMsMax),
      );
    }
    return parseBody(await readBounded(response, limits.restBodyBytesMax, where), where);
  } catch (error) {
    if (error instanceof RestError) throw error;
    if (timeout.signal.aborted) throw new RestError(`${where}: no answer within ${limits.restTimeoutMs} ms`);
    throw new RestError(`${where}: ${rootCause(error)}`);
  } finally {
    cancel();
  }
}

/** The pause an HTTP reply asks for; undefined where it asks for none. Retry-After in seconds (dates are rare: the default pause). */
export function retryAfterMs(
  status: number,
  header: string | null | undefined,
  msMax: number,
): number | undefined {
  const seconds = header === null || header === undefined || header === '' ? Number.NaN : Number(header);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.min(seconds * 1_000, msMax);
  return SLOW_DOWN_MS[status];
}

/** The innermost message: `fetch failed` alone tells nobody that a name could not be resolved. */
export function rootCause(error: unknown): string {
  let deepest: unknown = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  if (deepest instanceof AggregateError && deepest.errors[0] instanceof Error) deepest = deepest.errors[0];
  return deepest instanceof Error ? deepest.message : String(deepest);
}

async function readBounded(response: Response, bytesMax: number, where: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body !== null)
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw new RestError(`${where}: reply longer than ${bytesMax} bytes`);
      chunks.push(chunk);
    }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const start = text.slice(0, 40).replace(/\s+/g, ' ');
    throw new RestError(`${where}: expected JSON, was ${start === '' ? 'an empty reply' : `"${start}"`}`);
  }
}
