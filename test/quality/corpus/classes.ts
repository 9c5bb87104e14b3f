// What happens in an episode, by class: what of it is in the hidden books, what the feeds show of them, and which reasons are right for a
// phantom of the class. Ranges are those of markets, not of thresholds: what each is drawn from stands beside it.

import type { Refusal } from '../../../src/core/refusals.js';
import type { Random } from '../../../src/sim/random.js';

/** Of one leg's event on its way: `drop`; so much later (ms); or another top than the true one (times the prices; sizes in quote currency). */
export interface Shown {
  readonly drop?: boolean;
  readonly laterMs?: number;
  readonly bidTimes?: number;
  readonly askTimes?: number;
  readonly noBid?: boolean;
  readonly noAsk?: boolean;
  /** The top that was true so long before. */
  readonly asBeforeMs?: number;
  /** The very quote that was shown last. */
  readonly repeat?: boolean;
}

export interface Script {
  readonly forMs: number;
  /** Percent, of the coin itself, over the first `moveMs`; both true books follow. */
  readonly movePercent: number;
  readonly moveMs: number;
  /** The true books change so often, where that is oftener than usual. */
  readonly busyMs?: number;
  /** Percent that leg 0's true book is off at so many ms. */
  readonly off: (ms: number) => number;
  /** Worth of the true tops, quote currency; absent = as usual. */
  readonly topWorth?: (ms: number) => number;
  /** The true book of the leg can be traded. */
  readonly fills: (leg: 0 | 1, ms: number) => boolean;
  readonly shows: (leg: 0 | 1, ms: number) => Shown;
  /** Told by ingest: [ms, leg, what]. */
  readonly told: readonly (readonly [number, 0 | 1, 'disconnect' | 'unsubscribed'])[];
  /** What was read lay unread for so long because of us, at so many ms. */
  readonly ownLagMs: (ms: number) => number;
  /** Of legs that must give a time, 1 and/or 0. */
  readonly needsTime?: boolean;
}

export interface Class {
  readonly name: string;
  readonly isTrue: boolean;
  readonly expected: readonly Refusal[];
  readonly share: number;
  /** Kind of world it happens in. */
  readonly world: 'plain' | 'basis' | 'other-coin';
  readonly draw: (random: Random, costPercent: number, usualMs: number) => Script;
}

const NOTHING: Shown = {};
const QUIET: Script = {
  forMs: 10_000,
  ...{ movePercent: 0, moveMs: 1 },
  off: () => 0,
  fills: () => true,
  shows: () => NOTHING,
  told: [],
  ownLagMs: () => 0,
};

const between = (random: Random, from: number, to: number): number => from + (to - from) * random.next();
const either = (random: Random): number => (random.below(2) === 0 ? 1 : -1);
/** More than the costs by so much of them: else nobody would look. */
const beyond = (random: Random, cost: number): number => cost * between(random, 1.4, 4) * either(random);
/** A move of the coin that takes a fraction of a second to some seconds, as those that make large spreads do. */
const moved = (random: Random, cost: number) => ({
  movePercent: Math.max(-1.4, Math.min(1.4, beyond(random, cost))),
  moveMs: between(random, 100, 4_000),
});

const phantom = (
  name: string,
  expected: readonly Refusal[],
  draw: Class['draw'],
  world: Class['world'] = 'plain',
): Class => ({ name, isTrue: false, expected, share: 1, world, draw });
const genuine = (
  name: string,
  share: number,
  draw: Class['draw'],
  world: Class['world'] = 'plain',
): Class => ({
  ...{ name, isTrue: true, expected: [], share, world, draw },
});

/** Beyond the costs by `net` percent for so long, both books there to trade with. */
const apart = (random: Random, cost: number, netFrom: number, netTo: number, forMs: number): Script => {
  const off = Math.min(1.35, cost + between(random, netFrom, netTo)) * either(random);
  return { ...QUIET, forMs, off: (ms) => (ms < forMs ? off : 0) };
};

export const CLASSES: readonly Class[] = [
  phantom('dead stream', ['unconfirmed', 'stale'], (random, cost) => ({
    ...{ ...QUIET, ...moved(random, cost), forMs: between(random, 4_000, 60_000) },
    shows: (leg) => (leg === 1 ? { drop: true } : NOTHING),
  })),
  phantom('disconnect', ['unconfirmed', 'stale'], (random, cost) => ({
    ...{ ...QUIET, ...moved(random, cost), forMs: between(random, 2_000, 30_000) },
    shows: (leg) => (leg === 1 ? { drop: true } : NOTHING),
    told: [[between(random, 0, 1_500), 1, 'disconnect']],
  })),
  phantom('old top after a reconnect', ['unconfirmed', 'skewed', 'lagging', 'stale'], (random, cost) => {
    const backMs = between(random, 2_000, 10_000);
    return {
      ...{ ...QUIET, ...moved(random, cost), forMs: backMs + between(random, 300, 4_000) },
      // Back, and the one thing it says is what the exchange had kept.
      shows: (leg, ms) =>
        leg === 0
          ? NOTHING
          : ms < backMs
            ? { drop: true }
            : { asBeforeMs: ms + 1_000, drop: ms > backMs + 3_000 },
      told: [[100, 1, 'disconnect']],
    };
  }),
  phantom('late feed', ['skewed', 'lagging', 'unconfirmed', 'flicker', 'stale'], (random, cost) => {
    const laterMs = between(random, 300, 8_000);
    return {
      ...{ ...QUIET, ...moved(random, cost), forMs: laterMs + 4_000, needsTime: true },
      shows: (leg) => (leg === 1 ? { laterMs } : NOTHING),
    };
  }),
  phantom('we read late', ['lagging', 'unconfirmed', 'flicker', 'skewed', 'stale'], (random, cost) => {
    const laterMs = between(random, 400, 3_000);
    const off = beyond(random, cost);
    // True for a moment, and over before we have read of it.
    const lives = between(random, 0.2, 0.9) * laterMs;
    return {
      ...{ ...QUIET, busyMs: 15, forMs: laterMs + 3_000 },
      off: (ms) => (ms > 600 && ms < 600 + lives ? off : 0),
      shows: () => ({ laterMs }),
      ownLagMs: () => laterMs,
    };
  }),
  phantom('flicker', ['flicker', 'unconfirmed'], (random, cost) => {
    const [off, lives, every] = [beyond(random, cost), between(random, 5, 45), between(random, 300, 3_000)];
    return {
      ...QUIET,
      busyMs: 4,
      forMs: between(random, 2_000, 8_000),
      off: (ms) => (ms % every < lives ? off : 0),
    };
  }),
  phantom('withdrawn side', ['one-sided', 'unconfirmed', 'stale'], (random, cost) => {
    const isUp = random.below(2) === 0;
    const percent = Math.abs(beyond(random, cost));
    return {
      ...{
        ...QUIET,
        movePercent: isUp ? -percent : percent,
        moveMs: 500,
        forMs: between(random, 1_000, 20_000),
      },
      fills: (leg) => leg === 1,
      shows: (leg) => (leg === 1 ? NOTHING : isUp ? { noBid: true } : { noAsk: true }),
    };
  }),
  phantom('thin top', ['thin'], (random, cost) => {
    const [off, worth] = [Math.max(-1.3, Math.min(1.3, beyond(random, cost))), between(random, 1, 25)];
    return {
      ...{ ...QUIET, forMs: between(random, 1_500, 20_000) },
      off: (ms) => (ms < 20_000 ? off : 0),
      topWorth: () => worth,
    };
  }),
  phantom('crossed book', ['crossed'], (random, cost) => {
    const times = 1 + Math.abs(beyond(random, cost)) / 100 + 0.002;
    return {
      ...{ ...QUIET, forMs: between(random, 500, 10_000) },
      shows: (leg) => (leg === 0 ? { bidTimes: times } : NOTHING),
    };
  }),
  phantom('below costs', ['below-costs'], (random, cost) => {
    const off = cost * between(random, 0.3, 0.85) * either(random);
    return { ...QUIET, forMs: between(random, 2_000, 30_000), off: () => off };
  }),
  phantom('halted', ['halted', 'unconfirmed', 'stale'], (random, cost) => {
    const repeats = random.below(2) === 0;
    const noticedMs = between(random, 3_000, 40_000);
    return {
      ...{ ...QUIET, ...moved(random, cost), forMs: noticedMs + between(random, 2_000, 20_000) },
      fills: (leg) => leg === 0,
      shows: (leg, ms) =>
        leg === 0 ? NOTHING : repeats && ms < noticedMs ? { repeat: true } : { drop: true },
      told: [[noticedMs, 1, 'unsubscribed']],
    };
  }),
  phantom('price of nobody', ['implausible'], (random) => {
    const times = random.below(2) === 0 ? between(random, 1.12, 3) : between(random, 0.3, 0.88);
    return {
      ...{ ...QUIET, forMs: between(random, 300, 15_000) },
      shows: (leg) => (leg === 0 ? { bidTimes: times, askTimes: times } : NOTHING),
    };
  }),
  phantom('one wrong quote', ['flicker', 'unconfirmed', 'implausible'], (random, cost) => {
    const times = 1 + beyond(random, cost) / 100;
    let isTold = false;
    return {
      ...{ ...QUIET, forMs: 3_000 },
      shows: (leg) => {
        if (leg === 1 || isTold) return NOTHING;
        isTold = true;
        return { bidTimes: times, askTimes: times };
      },
    };
  }),
  phantom(
    'standing basis',
    ['basis'],
    (random) => ({ ...QUIET, forMs: between(random, 5_000, 40_000) }),
    'basis',
  ),
  phantom(
    'another coin',
    ['identity', 'implausible'],
    (random) => ({ ...QUIET, forMs: between(random, 5_000, 20_000) }),
    'other-coin',
  ),
  genuine('apart', 3, (random, cost) => apart(random, cost, 0.05, 0.8, between(random, 1_500, 60_000))),
  genuine('apart, quiet legs', 1, (random, cost, usualMs) =>
    apart(random, cost, 0.05, 0.8, usualMs * between(random, 12, 30) + 1_500),
  ),
  genuine('apart, little net', 1, (random, cost) =>
    apart(random, cost, 0.04, 0.08, between(random, 30_000, 60_000)),
  ),
  genuine('apart after a reconnect', 1, (random, cost) => {
    const script = apart(random, cost, 0.05, 0.8, between(random, 15_000, 40_000));
    return {
      ...script,
      off: (ms) => (ms > 8_000 ? script.off(ms) : 0),
      shows: (leg, ms) => (leg === 1 && ms < 1_500 ? { drop: true } : NOTHING),
      told: [[50, 1, 'disconnect']],
    };
  }),
  genuine(
    'beyond its basis',
    1,
    (random, cost) => apart(random, cost, 0.05, 0.3, between(random, 30_000, 60_000)),
    'basis',
  ),
];
