// One exchange's listing, fetched once: its requests one after the other, pages followed to the last. It keeps
// nothing, retries nothing and chooses nothing; who calls decides what a failure means.

import { type Clock, US_PER_MS } from '../core/time.js';
import {
  type ExchangeAdapter,
  LISTING_PAGES_MAX,
  type ListedInstrument,
  ListingError,
  type ListingRequest,
  type RestTop,
} from '../exchanges/exchange.js';
import { getJson, type RestLimits } from './rest.js';

export interface ListingSource {
  readonly adapter: ExchangeAdapter;
  readonly restUrl: string;
  readonly limits: RestLimits;
  readonly clock: Clock;
}

/** Throws RestError where an answer did not come, ListingError where one is not what the exchange documents. */
export async function fetchListing(
  source: ListingSource,
  signal: AbortSignal,
): Promise<readonly ListedInstrument[]> {
  const { adapter, clock } = source;
  const bodies: Record<string, unknown> = {};
  for (const request of adapter.listingRequests)
    bodies[request.key] =
      request.next === undefined
        ? await get(source, timed(request, clock), signal)
        : await getPages(source, request, signal);
  const listing = adapter.parseListing(bodies);
  // No exchange lists nothing, or trades nothing in a day: an answer that says so is none.
  if (listing.length === 0) throw new ListingError('the listing is empty');
  if (listing.every(({ quoteVolume24h }) => !(quoteVolume24h !== null && quoteVolume24h > 0)))
    throw new ListingError('no symbol of the listing has a volume of 24 hours');
  return listing;
}

function timed({ path, timeParameter }: ListingRequest, clock: Clock): string {
  if (timeParameter === undefined) return path;
  const nowMs = Math.floor(clock.nowUs() / US_PER_MS);
  return `${path}${path.includes('?') ? '&' : '?'}${timeParameter}=${nowMs}`;
}

function get({ restUrl, limits, clock }: ListingSource, path: string, signal: AbortSignal): Promise<unknown> {
  return getJson(`${restUrl}${path}`, limits, clock, signal);
}

async function getPages(
  source: ListingSource,
  request: ListingRequest,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const pages: unknown[] = [];
  for (let path: string | null = timed(request, source.clock); path !== null; ) {
    if (pages.length === LISTING_PAGES_MAX)
      throw new ListingError(`${request.key} has more than ${LISTING_PAGES_MAX} pages`);
    const page = await get(source, path, signal);
    pages.push(page);
    path = request.next?.(page) ?? null;
  }
  return pages;
}

/** Best bid and ask of every symbol, as REST shows them now. Throws as fetchListing. */
export async function getTops(
  source: ListingSource,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RestTop>> {
  const { topsRequest } = source.adapter;
  return source.adapter.parseTops(await get(source, timed(topsRequest, source.clock), signal));
}
