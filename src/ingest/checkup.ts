// What `doctor` asks of one exchange, step by step: its names, its clock, its listing, a short listen. Each step is
// bounded in time and gives facts; what they mean is said in checkup-verdict.ts. Records nothing, retries nothing.

import type { Log } from '../core/log.js';
import { type Cancel, type Clock, US_PER_MS } from '../core/time.js';
import { type ExchangeAdapter, type ListedInstrument, ListingError } from '../exchanges/exchange.js';
import { type Heard, listen } from './checkup-listen.js';
import type { ConnectionLimits } from './connection.js';
import { fetchListing } from './listing.js';
import { getJson, rootCause } from './rest.js';
import { type Selection, type SelectionRule, selectInstruments } from './selection.js';

export interface CheckupOptions {
  readonly adapter: ExchangeAdapter;
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly rule: SelectionRule;
  /** Of frames that recordings have shown; empty = there are none of this exchange. */
  readonly knownShapes: readonly string[];
  readonly listenMs: number;
  /** The addresses of a host; rejects as the system's resolver does. */
  readonly resolve: (host: string) => Promise<unknown>;
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

export interface ResolvedHost {
  readonly host: string;
  /** `address`: it is one, nothing was asked. */
  readonly kind: 'name' | 'address' | 'loopback';
  readonly ms: number;
  readonly error?: string;
}

/** What a step gave, or the reason why not. `skipped`: it could not be tried. */
export type Outcome<T> =
  | { readonly is: 'done'; readonly ms: number; readonly value: T }
  | { readonly is: 'failed'; readonly ms: number; readonly reason: string }
  | { readonly is: 'skipped'; readonly reason: string };

export interface ClockOffset {
  /** Exchange time minus ours. */
  readonly offsetMs: number;
  /** There and back; the offset is true to within half of it. */
  readonly roundTripMs: number;
}

export interface ListingFacts {
  readonly listed: number;
  readonly selected: number;
  readonly excluded: Selection['excluded'];
  /** What is listened to: the most liquid of the selected. */
  readonly subscribed: readonly string[];
}

/** Everything found out about one exchange. */
export interface Checkup {
  readonly exchange: string;
  readonly hosts: readonly ResolvedHost[];
  readonly clock: Outcome<ClockOffset>;
  readonly listing: Outcome<ListingFacts>;
  readonly heard: Outcome<Heard>;
  readonly listenMs: number;
  readonly hasKnownShapes: boolean;
}

type TimeRequest = ExchangeAdapter['timeRequest'];

/** The listening begins no later than this after the start. */
export const PRELUDE_MS_MAX = 20_000;
const RESOLVE_MS_MAX = 5_000;
/** The quickest answer of so many tells most about the clock. */
const CLOCK_ASKED = 3;
const SYMBOLS_MAX = 30;

/** Never rejects. Takes at most PRELUDE_MS_MAX + OPEN_MS_MAX + listenMs. */
export async function checkExchange(options: CheckupOptions): Promise<Checkup> {
  const { adapter, clock, listenMs, knownShapes } = options;
  const abort = new AbortController();
  const cancel = clock.after(PRELUDE_MS_MAX, () => abort.abort());
  const [rest, socket] = await Promise.all([
    resolveHost(options, options.restUrl),
    resolveHost(options, options.wsUrl),
  ]);
  const hosts = rest.host === socket.host ? [rest] : [rest, socket];
  const isRestKnown = rest.error === undefined;
  const noAddress = skipped('its host has no address');
  const time = isRestKnown
    ? await timed(clock, () => askTime(options, adapter.timeRequest, abort.signal))
    : noAddress;
  const listing = isRestKnown ? await timed(clock, () => askListing(options, abort.signal)) : noAddress;
  cancel();
  // Where the address comes over REST, the configured one is not connected to.
  const isSocketKnown = socket.error === undefined || adapter.connectRequest !== undefined;
  const heard = await hear(options, listing, isSocketKnown);
  const hasKnownShapes = knownShapes.length > 0;
  return { exchange: adapter.name, hosts, clock: time, listing, heard, listenMs, hasKnownShapes };
}

async function resolveHost({ resolve, clock }: CheckupOptions, url: string): Promise<ResolvedHost> {
  const host = new URL(url).hostname;
  const kind = hostKind(host);
  if (kind !== 'name') return { host, kind, ms: 0 };
  const outcome = await timed(clock, () => within(clock, RESOLVE_MS_MAX, resolve(host)));
  const { ms } = outcome;
  return outcome.is === 'failed' ? { host, kind, ms, error: outcome.reason } : { host, kind, ms };
}

function hostKind(host: string): ResolvedHost['kind'] {
  if (/^127\.\d+\.\d+\.\d+$/.test(host) || host === '[::1]' || host === 'localhost') return 'loopback';
  return /^(\d+\.){3}\d+$/.test(host) || host.startsWith('[') ? 'address' : 'name';
}

async function askTime(
  options: CheckupOptions,
  request: TimeRequest,
  signal: AbortSignal,
): Promise<ClockOffset> {
  const { restUrl, limits, clock } = options;
  const { path, readMs } = request;
  let best: ClockOffset | undefined;
  for (let asked = 0; asked < CLOCK_ASKED; asked++) {
    const sentUs = clock.nowUs();
    const body = await getJson(`${restUrl}${path}`, limits, clock, signal);
    const answeredUs = clock.nowUs();
    const middleMs = (sentUs + answeredUs) / 2 / US_PER_MS;
    const offset = { offsetMs: readMs(body) - middleMs, roundTripMs: (answeredUs - sentUs) / US_PER_MS };
    if (!Number.isFinite(offset.offsetMs)) throw new ListingError(`${path}: expected a time, was none`);
    if (best === undefined || offset.roundTripMs < best.roundTripMs) best = offset;
  }
  return best as ClockOffset;
}

async function askListing(options: CheckupOptions, signal: AbortSignal): Promise<ListingFacts> {
  const listing = await fetchListing(options, signal);
  const { selected, excluded } = selectInstruments(listing, options.rule);
  const count = Math.min(SYMBOLS_MAX, options.adapter.limits.symbolsPerConnection);
  const volume = ({ listed }: { listed: ListedInstrument }) => listed.quoteVolume24h ?? 0;
  const subscribed = selected
    .toSorted((one, other) => volume(other) - volume(one))
    .slice(0, count)
    .map(({ listed }) => listed.exchangeSymbol);
  return { listed: listing.length, selected: selected.length, excluded, subscribed };
}

async function hear(
  options: CheckupOptions,
  listing: Outcome<ListingFacts>,
  isSocketKnown: boolean,
): Promise<Outcome<Heard>> {
  if (listing.is !== 'done') return skipped('without a listing there is nothing to subscribe');
  const exchangeSymbols = listing.value.subscribed;
  if (exchangeSymbols.length === 0) return skipped('no instrument is selected');
  if (!isSocketKnown) return skipped('its host has no address');
  return await timed(options.clock, () => listen({ ...options, exchangeSymbols }));
}

function skipped(reason: string): { readonly is: 'skipped'; readonly reason: string } {
  return { is: 'skipped', reason };
}

async function timed<T>(
  clock: Clock,
  run: () => Promise<T>,
): Promise<Exclude<Outcome<T>, { is: 'skipped' }>> {
  const startUs = clock.nowUs();
  const ms = () => (clock.nowUs() - startUs) / US_PER_MS;
  try {
    const value = await run();
    return { is: 'done', ms: ms(), value };
  } catch (error) {
    return { is: 'failed', ms: ms(), reason: rootCause(error) };
  }
}

function within<T>(clock: Clock, msMax: number, promise: Promise<T>): Promise<T> {
  let cancel: Cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(msMax, () => reject(new Error(`no answer within ${msMax} ms`)));
  });
  return Promise.race([promise, late]).finally(cancel);
}
