// Where a connection goes: the configured address, or the one an exchange gives over REST (with a token) before
// every connection. It asks once and never retries: the connection falls and comes back as ever.

import type { Cancel, Clock } from '../core/time.js';
import type { ConnectTarget, ExchangeAdapter } from '../exchanges/exchange.js';
import { fetchJson, RestError, type RestLimits, rootCause } from './rest.js';

export interface DialOptions {
  readonly adapter: ExchangeAdapter;
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly limits: RestLimits;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Calls one of the two, once, at once where there is nothing to ask: `found` with the address, or `failed`
 * with the reason and the pause the exchange asked for, ms. After the returned cancel neither is called.
 */
export function dial(
  options: DialOptions,
  found: (target: ConnectTarget) => void,
  failed: (reason: string, pauseMs?: number) => void,
): Cancel {
  const { adapter, restUrl, wsUrl, limits, clock, random } = options;
  const request = adapter.connectRequest;
  const abort = new AbortController();
  if (request === undefined) {
    found({ url: wsUrl });
    return () => {};
  }
  const connectId = Math.floor(random() * Number.MAX_SAFE_INTEGER).toString(36);
  const ask = async (): Promise<ConnectTarget> => {
    const url = `${restUrl}${request.path}`;
    return request.target(await fetchJson(request.method, url, limits, clock, abort.signal), connectId);
  };
  ask().then(
    (target) => {
      if (!abort.signal.aborted) found(target);
    },
    (error: unknown) => {
      const pauseMs = error instanceof RestError ? error.retryAfterMs : undefined;
      if (!abort.signal.aborted) failed(rootCause(error), pauseMs);
    },
  );
  return () => abort.abort();
}
