// The closed lists of reasons. Everything that is not a plain quote carries one of these words,
// in counters, in the journal, in /health and in the output of `decode`.
// The position in a list is what the journal stores: append, never reorder, never remove.

/** Why no quote of an instrument is valid from a moment on. */
export const GAP_REASONS = [
  'disconnect', // its connection closed, or was closed because nothing proved it alive
  'sequence', // the exchange's own numbering shows a hole
  'silent', // the instrument stayed silent while its connection lived
  'dropped', // a bounded queue overflowed and quotes were lost
  'process-down', // this process was not running
  'reset', // the exchange said that its numbering starts anew
  'unsubscribed', // delisted, halted, or taken out of the selection
  'disk', // the lake could not write
] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** Why a frame, or one row of it, was not turned into a quote. Always about their data. */
export const REJECT_REASONS = [
  'malformed', // not what the exchange's protocol allows at all
  'unknown-symbol', // a symbol that is not in the listing or not selected
  'bad-price', // negative or not a number
  'bad-size', // negative or not a number
  'missing-field', // a best-bid-and-ask frame without a field it must have
  'out-of-order', // older than what was already accepted
  'too-large', // longer than the frame limit
  'unrecognised', // well-formed, but of a shape no document describes
  'stale', // the exchange itself dates the quote far before the frame
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** What a frame was, when it was neither a quote nor rejected. */
export const CONTROL_KINDS = [
  'subscribed', // acknowledgement of a subscription
  'unsubscribed',
  'subscribe-error', // a subscription was refused; detail.symbol names the culprit where known
  'error', // any other error the exchange reports
  'ping', // the exchange asks; detail.reply is the frame to answer with
  'pong', // the exchange answers our ping
  'welcome', // greeting of a new connection
  'closing', // the exchange announces that it will close: reconnect
  'notice', // other service messages
  'other-channel', // data of a channel that carries no best bid and ask
  'request', // a frame that a client sends (recordings hold them)
] as const;
export type ControlKind = (typeof CONTROL_KINDS)[number];

/** States of an instrument, made once in ingest or hub, recorded and replayed, never derived again. */
export const STATUS_KINDS = [
  'two-sided', // both sides known again
  'bid-only', // no ask on the book
  'ask-only', // no bid on the book
  'empty', // neither side
  'subscribed', // asked for; no quote yet
  'live', // first quote after subscribing or after a gap
  'stale', // silent while its connection lives, although the exchange has another price
  'age-limit', // a quote of it counts for so many microseconds (the value) from now on
  'crossed', // both sides known, the bid above the ask; two-sided again when it no longer is
  'lagging', // what comes of it is late by so many microseconds (the value), beyond the limit: none of it counts
  'in-time', // it is late no longer: a quote of it counts for so many microseconds (the value) again
] as const;
export type StatusKind = (typeof STATUS_KINDS)[number];

/** States from whose stamp on the instrument's quote is not valid, as after a gap: a side of its book is missing. */
export const STATUSES_WITHOUT_QUOTE: ReadonlySet<string> = new Set<StatusKind>([
  'bid-only',
  'ask-only',
  'empty',
]);

/** For how long a quote counts from such a state on, µs; NaN where the state says nothing of it. */
export function ageLimitUsOf(status: string, value: number): number {
  if (status === 'lagging') return 0;
  return status === 'age-limit' || status === 'in-time' ? value : Number.NaN;
}
