// What the collector made of a storm, and the judgement: every quote was told, every lost stretch has a gap, and no
// gap gives a reason that nothing on its exchange can have caused.

import type { FeedEvent } from '../../src/core/event.js';
import type { InstrumentTable } from '../../src/core/instrument.js';
import type { GapReason } from '../../src/core/reasons.js';
import { US_PER_SECOND } from '../../src/core/time.js';
import type { Hub } from '../../src/hub/hub.js';
import type { FaultKind } from '../../src/sim/faults.js';
import type { Spell } from '../../src/sim/scenario-player.js';
import type { Lost, Truth } from './lost.js';

type Event = FeedEvent & { type: 'quote' | 'gap' };

const LOST_FRAMES: readonly FaultKind[] = [
  'missing-frames',
  'malformed-frames',
  'garbage-frames',
  'huge-frames',
  'reordered-frames',
  'stale-frames',
  'duplicated-frames',
  'slow-drip',
];
const NO_QUOTES: readonly FaultKind[] = [
  'silent-symbol',
  'silent-sockets',
  'ack-without-data',
  'half-open',
  'delisted',
  'unlisted',
  // Nothing of these is a quote, so that the symbol is silent to who waits for one.
  'one-sided',
  'empty-book',
  'zero-price',
  'time-zero',
  'refused',
  'handshake-429',
  'handshake-418',
  ...LOST_FRAMES,
];
/** What can bring a gap of each reason about; absent = nothing in a storm. */
const CAUSES: Partial<Record<GapReason, readonly FaultKind[]>> = {
  disconnect: [
    'cut',
    'announced-close',
    'half-open',
    'slow-drip',
    'silent-sockets',
    'huge-frames',
    'malformed-frames',
    'garbage-frames',
    'ack-without-data',
    'refused',
    'handshake-429',
    'handshake-418',
  ],
  silent: NO_QUOTES,
  sequence: LOST_FRAMES,
  reset: LOST_FRAMES,
  unsubscribed: ['delisted', 'unlisted'],
};
/** Of a shorter slack no connection falls: pings are answered within ten seconds and more. */
const LATE_US = 15 * US_PER_SECOND;
/** Its effect may be seen so long after a fault: a learned silence, a listing read a minute later, pauses of retries. */
const AFTERMATH_US = 300 * US_PER_SECOND;

/** A stream that was dead for longer must have been told of; shorter holes may end before anybody can know. */
const NOTICED_US_MAX = 150 * US_PER_SECOND;
/** A silent symbol is given up and asked for anew, in one breath: what falls between the two is nobody's to know. */
const RENEWAL_US = US_PER_SECOND;
/** Meanwhile a quiet instrument cannot be told from a dead one. */
const REST_DOWN: readonly FaultKind[] = ['rest-429', 'rest-418', 'rest-500', 'rest-html'];

export class Log {
  quotes = 0;
  gaps = 0;
  readonly #instruments: InstrumentTable;
  readonly #slackUs: () => number;
  readonly #events = new Map<string, Event[]>();

  /** Stamps of simulator and collector differ by what a frame is under way, times the speed: `slackUs`. */
  constructor(instruments: InstrumentTable, hub: Hub, slackUs: () => number) {
    this.#instruments = instruments;
    this.#slackUs = slackUs;
    hub.subscribe({
      quote: (stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs) => {
        this.quotes += 1;
        const quote = { stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs };
        this.#of(instrumentId).push({ type: 'quote', ...quote });
      },
      cold: (event) => {
        if (event.type !== 'gap') return;
        this.gaps += 1;
        this.#of(event.instrumentId).push(event);
      },
    });
  }

  /** What was promised and not kept. */
  verdict(lost: readonly Lost[], truth: Truth, spells: readonly Spell[]): string[] {
    const broken: string[] = [];
    for (const [key, events] of this.#events)
      for (const event of events) {
        if (event.type === 'quote') broken.push(...wrongQuote(key, event, truth));
        else if (!this.#isCaused(key, event, spells)) broken.push(`${key}: a gap of reason ${event.reason}`);
      }
    for (const one of lost) {
      const events = this.#events.get(one.key) ?? [];
      const hadQuote = events.some((event) => event.type === 'quote' && event.stampUs < one.fromUs);
      if (!hadQuote || !mustBeNoticed(one, spells) || this.#isTold(events, one)) continue;
      const seconds = (one.toUs - one.fromUs) / US_PER_SECOND;
      broken.push(`${one.key}: no gap over ${seconds.toFixed(0)} s (${one.why})`);
    }
    return broken;
  }

  /** What happened, for who looks into a storm that broke: a line for each fault, gap, and stretch without anything; seconds after `startUs`. */
  story(startUs: number, lost: readonly Lost[], spells: readonly Spell[]): string[] {
    const after = (us: number) => `${((us - startUs) / US_PER_SECOND).toFixed(0)} s`;
    const lines: (readonly [number, string])[] = spells.map(({ fault, beganUs, endedUs }) => [
      beganUs,
      `until ${endedUs === null ? 'the end' : after(endedUs)} ${fault.exchange} ${fault.exchangeSymbol ?? ''} ${fault.kind}`,
    ]);
    for (const { key, fromUs, toUs, why } of lost)
      if (toUs - fromUs > 20 * US_PER_SECOND) lines.push([fromUs, `until ${after(toUs)} ${key}: ${why}`]);
    for (const [key, events] of this.#events)
      for (const event of events)
        if (event.type === 'gap')
          lines.push([event.stampUs, `${key}: gap ${event.reason} from ${after(event.fromUs)}`]);
    return lines.sort(([one], [other]) => one - other).map(([us, line]) => `${after(us)} ${line}`);
  }

  #isCaused(key: string, gap: Event & { type: 'gap' }, spells: readonly Spell[]): boolean {
    const exchange = key.split(' ')[0];
    const causes = CAUSES[gap.reason] ?? [];
    // A machine that is late answers pings late, and connections fall for that.
    if (gap.reason === 'disconnect' && this.#slackUs() > LATE_US) return true;
    return spells.some(
      ({ fault, beganUs, endedUs }) =>
        fault.exchange === exchange &&
        causes.includes(fault.kind) &&
        beganUs - this.#slackUs() <= gap.stampUs &&
        (endedUs ?? Infinity) + AFTERMATH_US >= gap.fromUs,
    );
  }

  /** A gap reaches back to the stretch's begin, or one was open already: no quote since. */
  #isTold(events: readonly Event[], { fromUs, toUs }: Lost): boolean {
    const slackUs = this.#slackUs();
    let open = false;
    for (const event of events) {
      if (event.stampUs > toUs + slackUs) break;
      if (event.type === 'quote') {
        // A quote under way at its begin came before it; one after a short stretch's end did not.
        if (event.stampUs <= Math.min(fromUs + slackUs, toUs)) open = false;
      } else if (event.fromUs <= fromUs + slackUs && (open || event.stampUs >= fromUs - slackUs)) return true;
      else if (event.stampUs < fromUs) open = true;
    }
    return open;
  }

  #of(instrumentId: number): Event[] {
    const { exchange, symbol } = this.#instruments.get(instrumentId);
    const key = `${exchange} ${symbol}`;
    const known = this.#events.get(key) ?? [];
    this.#events.set(key, known);
    return known;
  }
}

function mustBeNoticed({ key, fromUs, toUs, why }: Lost, spells: readonly Spell[]): boolean {
  if (why === 'nobody was connected') return toUs - fromUs > RENEWAL_US;
  const exchange = key.split(' ')[0];
  let restDownUs = 0;
  for (const { fault, beganUs, endedUs } of spells) {
    if (fault.exchange !== exchange || !REST_DOWN.includes(fault.kind)) continue;
    restDownUs += Math.max(0, Math.min(toUs, endedUs ?? toUs) - Math.max(fromUs, beganUs));
  }
  // Pauses grow while REST fails: the last one is at most about as long as all the time before it.
  return toUs - fromUs > NOTICED_US_MAX + 2 * restDownUs;
}

function wrongQuote(key: string, { bid, ask }: Event & { type: 'quote' }, truth: Truth): string[] {
  const isPrice = bid > 0 && ask > 0 && Number.isFinite(bid + ask);
  return [
    ...(isPrice ? [] : [`${key}: a quote of ${bid} and ${ask}`]),
    ...(truth.said(key, bid, ask) ? [] : [`${key}: ${bid} and ${ask} were never told of it`]),
  ];
}
