// What the facts of a checkup mean, in plain words: well, to be looked at, or wrong. Pure; asks nobody anything.

import type { RejectReason } from '../core/reasons.js';
import type { Checkup, ClockOffset, ListingFacts, Outcome, ResolvedHost } from '../ingest/checkup.js';
import type { Heard } from '../ingest/checkup-listen.js';
import { BYTES_A_QUOTE, lakeBytesADay } from '../lake/growth.js';

/** `skipped`: could not be tried, because of something that is wrong already. */
export type Mark = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Finding {
  readonly step: 'DNS' | 'listing' | 'clock' | 'WebSocket' | 'quotes' | 'shapes' | 'growth';
  readonly mark: Mark;
  readonly words: string;
  /** Lines of their own below it. */
  readonly details: readonly string[];
}

export interface Verdict {
  readonly exchange: string;
  /** The worst of the findings. */
  readonly mark: 'ok' | 'warning' | 'failed';
  readonly findings: readonly Finding[];
  /** What recording it adds to the lake; null where nothing was heard. */
  readonly lakeBytesADay: number | null;
}

/** A clock so far off makes exchange times useless for latency; so far that exchanges refuse what is signed. */
const CLOCK_WARNING_MS = 1_000;
const CLOCK_FAILED_MS = 5_000;
/** Rejects of these are nobody's fault: the exchange repeats itself, or says that a quote is old. */
const USUAL_REJECTS: readonly string[] = ['out-of-order', 'stale'];
/** More of the frames than this cannot be read: the protocol is another one. */
const REJECTED_SHARE_FAILED = 0.01;
const SILENT_SHARE_FAILED = 0.5;
const NAMES_SHOWN = 5;
const SHAPES_SHOWN = 5;
const SHAPE_CHARS = 300;
const GB = 1e9;

export function verdictOf(checkup: Checkup): Verdict {
  const { listing, heard, hosts, clock, listenMs, hasKnownShapes } = checkup;
  const findings: Finding[] = [
    ofHosts(hosts),
    ofOutcome('listing', listing, ofListing),
    ofOutcome('clock', clock, ofClock),
    ofOutcome('WebSocket', heard, (found) => ofSocket(found, listenMs)),
  ];
  const found =
    listing.is === 'done' && heard.is === 'done' ? { ...listing.value, ...heard.value } : undefined;
  if (found !== undefined && found.openMs !== null)
    findings.push(ofQuotes(found, listenMs), ofShapes(found, hasKnownShapes), ofGrowth(found));
  const marks = findings.map(({ mark }) => mark);
  return {
    exchange: checkup.exchange,
    mark: marks.includes('failed') ? 'failed' : marks.includes('warning') ? 'warning' : 'ok',
    findings,
    lakeBytesADay: found === undefined || found.quotes === 0 ? null : bytesADay(found),
  };
}

function finding(step: Finding['step'], mark: Mark, words: string, details: readonly string[] = []): Finding {
  return { step, mark, words, details };
}

function ofOutcome<T>(
  step: Finding['step'],
  outcome: Outcome<T>,
  of: (value: T, ms: number) => Finding,
): Finding {
  if (outcome.is === 'done') return of(outcome.value, outcome.ms);
  return outcome.is === 'failed'
    ? finding(step, 'failed', `${withHint(outcome.reason)} (after ${ms(outcome.ms)})`)
    : finding(step, 'skipped', `not tried: ${outcome.reason}`);
}

/** These two are how exchanges turn away whole countries, and addresses that asked too much. */
function withHint(reason: string): string {
  return /HTTP (403|451)\b/.test(reason) ? `${reason}: it does not serve this place or address` : reason;
}

function ofHosts(hosts: readonly ResolvedHost[]): Finding {
  const words = hosts.map(({ host, kind, error, ms: took }) => {
    if (kind !== 'name') return `${host} is ${kind === 'loopback' ? 'this machine' : 'an address'}`;
    return error === undefined
      ? `${host} ${ms(took)}`
      : `${host}: ${resolverWords(error)} (after ${ms(took)})`;
  });
  const isFailed = hosts.some(({ error }) => error !== undefined);
  return finding('DNS', isFailed ? 'failed' : 'ok', words.join(' · '));
}

function resolverWords(error: string): string {
  if (error.includes('ENOTFOUND')) return 'there is no such name (ENOTFOUND)';
  return error.includes('EAI_AGAIN') ? 'the name server does not answer (EAI_AGAIN)' : error;
}

function ofListing({ listed, selected, excluded }: ListingFacts, took: number): Finding {
  const words = `${whole(listed)} listed, ${whole(selected)} selected, ${ms(took)}`;
  if (selected > 0) return finding('listing', 'ok', words);
  const why = Object.entries(excluded).map(([reason, count]) => `${reason} ${whole(count)}`);
  return finding('listing', 'failed', `${words}: none passes the configured filter (${why.join(', ')})`);
}

function ofClock({ offsetMs, roundTripMs }: ClockOffset): Finding {
  const off = Math.abs(offsetMs);
  const words = `ours is ${ms(off)} ${offsetMs > 0 ? 'behind' : 'ahead of'} the exchange's, ± ${ms(roundTripMs / 2)}`;
  if (!(off < CLOCK_FAILED_MS)) return finding('clock', 'failed', `clock off by ${ms(off)}: ${words}`);
  if (off >= CLOCK_WARNING_MS) return finding('clock', 'warning', `clock off by ${ms(off)}: ${words}`);
  return finding('clock', 'ok', words);
}

function ofSocket(heard: Heard, listenMs: number): Finding {
  const { openMs, ackMs, quoteMs, troubles, isConnected } = heard;
  if (openMs === null)
    return finding('WebSocket', 'failed', `cannot connect: ${withHint(troubles.join('; '))}`);
  const times = [
    `open after ${ms(openMs)}`,
    ackMs === null ? 'no acknowledgement' : `acknowledged ${ms(ackMs)}`,
    quoteMs === null ? `no quote within ${ms(listenMs)}` : `first quote ${ms(quoteMs)}`,
  ].join(', ');
  if (quoteMs === null) return finding('WebSocket', 'failed', times, troubles);
  if (!isConnected) return finding('WebSocket', 'failed', `${times}, then it went down`, troubles);
  return finding('WebSocket', troubles.length > 0 ? 'warning' : 'ok', times, troubles);
}

function ofQuotes(found: ListingFacts & Heard, listenMs: number): Finding {
  const { subscribed, silent, refused, frames, quotes, controls, rejects } = found;
  const rejected = sum(Object.values(rejects));
  const strange = sum(
    (Object.entries(rejects) as [RejectReason, number][])
      .filter(([reason]) => !USUAL_REJECTS.includes(reason))
      .map(([, count]) => count),
  );
  const reasons = Object.entries(rejects).map(([reason, count]) => `${reason} ${whole(count)}`);
  const words = [
    `${subscribed.length - silent.length} of ${subscribed.length} symbols`,
    `${counted(frames, 'frame')} in ${ms(listenMs)}: ${counted(quotes, 'quote')}, ${counted(controls, 'control')}`,
    rejected === 0 ? 'nothing rejected' : `${whole(rejected)} rejected (${reasons.join(', ')})`,
  ].join(', ');
  const refusals = Object.entries(refused);
  const quiet = silent.filter((symbol) => !(symbol in refused));
  const isFailed =
    silent.length >= subscribed.length * SILENT_SHARE_FAILED || strange > frames * REJECTED_SHARE_FAILED;
  const isOk = silent.length === 0 && strange === 0 && refusals.length === 0;
  return finding('quotes', isFailed ? 'failed' : isOk ? 'ok' : 'warning', words, [
    ...(quiet.length > 0 ? [`silent: ${names(quiet)}`] : []),
    ...refusals.slice(0, NAMES_SHOWN).map(([symbol, message]) => `refused: ${symbol}: ${message}`),
  ]);
}

function ofShapes({ unknownShapes, frames }: Heard, hasKnownShapes: boolean): Finding {
  if (!hasKnownShapes) return finding('shapes', 'skipped', 'no recording of this exchange to compare with');
  if (unknownShapes.length === 0)
    return finding('shapes', 'ok', `all ${whole(frames)} frames are of shapes that recordings show`);
  const count = sum(unknownShapes.map((unknown) => unknown.count));
  const words = `${counted(count, 'frame')} of ${counted(unknownShapes.length, 'shape')} that no recording shows`;
  const details = unknownShapes
    .slice(0, SHAPES_SHOWN)
    .flatMap(({ shape, count, example, missing, extra }) => [
      `${whole(count)} ×  ${shape.length > SHAPE_CHARS ? `${shape.slice(0, SHAPE_CHARS)}…` : shape}`,
      ...(extra.length > 0 ? [`      new: ${names(extra)}`] : []),
      ...(missing.length > 0 ? [`      missing: ${names(missing)}`] : []),
      `      ${example}`,
    ]);
  const more = unknownShapes.length - SHAPES_SHOWN;
  return finding('shapes', 'warning', words, more > 0 ? [...details, `and ${more} more`] : details);
}

function ofGrowth(found: ListingFacts & Heard): Finding {
  const { subscribed, selected, quotesPerSecond, quotes } = found;
  if (quotes === 0) return finding('growth', 'skipped', 'not known: nothing quoted');
  const rate = `${quotesPerSecond.toFixed(1)} quotes/s on ${subscribed.length} of ${whole(selected)} symbols`;
  const words = `about ${gigabytes(bytesADay(found))} GB a day: ${rate}, ${BYTES_A_QUOTE} bytes a quote`;
  return finding('growth', 'ok', words);
}

/** As if all selected quoted as often as those subscribed: the most liquid ones, so that it is rather less. */
function bytesADay({ subscribed, selected, quotesPerSecond }: ListingFacts & Heard): number {
  return lakeBytesADay((quotesPerSecond * selected) / subscribed.length, selected);
}

export function gigabytes(bytes: number): string {
  return (bytes / GB).toFixed(bytes < 10 * GB ? 2 : 0);
}

function names(list: readonly string[]): string {
  const more = list.length - NAMES_SHOWN;
  return `${list.slice(0, NAMES_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `840 ms`, `2.4 s`. */
export function ms(value: number): string {
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
