// Scenarios: a seed in, a timetable of faults out, and what plays it against a simulated world. Reads time from the
// clock alone; the same seed and world give the same timetable.

import type { Cancel, Clock } from '../core/time.js';
import {
  EXCHANGE_FAULTS,
  FAULT_KINDS,
  type FaultKind,
  FRAME_FAULTS,
  isSymbolFault,
  SYMBOL_FAULTS,
} from './faults.js';
import { createRandom, type Random } from './random.js';
import type { SimServer } from './server.js';

export interface PlannedFault {
  readonly kind: FaultKind;
  readonly exchange: string;
  /** In the exchange's spelling; absent = the whole exchange. */
  readonly exchangeSymbol?: string;
  /** From the start of the scenario. */
  readonly atMs: number;
  readonly forMs: number;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly kinds: readonly FaultKind[];
  /** How many faults a minute. */
  readonly perMinute: number;
}

const BAD_FRAMES = FRAME_FAULTS.filter((kind) => !kind.startsWith('time-'));
const BAD_CLOCKS = FRAME_FAULTS.filter((kind) => kind.startsWith('time-'));
const REST = EXCHANGE_FAULTS.filter((kind) => kind.startsWith('rest-') || kind === 'handshake-429');

export const SCENARIOS: readonly Scenario[] = [
  { name: 'calm', about: 'nothing happens', kinds: [], perMinute: 0 },
  { name: 'silent-symbols', about: 'single symbols fall silent', kinds: ['silent-symbol'], perMinute: 2 },
  {
    name: 'dead-sockets',
    about: 'sockets say nothing, hang, trickle, are cut and refused',
    kinds: ['silent-sockets', 'half-open', 'slow-drip', 'cut', 'refused', 'ack-without-data'],
    perMinute: 1,
  },
  {
    name: 'bad-frames',
    about: 'frames are lost, doubled, swapped, cut off, meaningless',
    kinds: BAD_FRAMES,
    perMinute: 2,
  },
  {
    name: 'bad-books',
    about: 'empty, one-sided, crossed and absurd books',
    kinds: SYMBOL_FAULTS.filter((kind) => kind !== 'silent-symbol' && kind !== 'delisted'),
    perMinute: 3,
  },
  { name: 'bad-clocks', about: 'the exchange tells a wrong time', kinds: BAD_CLOCKS, perMinute: 1 },
  { name: 'rest-trouble', about: 'REST refuses, fails, answers HTML', kinds: REST, perMinute: 1 },
  {
    name: 'rolls',
    about: 'connections are closed for maintenance',
    kinds: ['announced-close'],
    perMinute: 1,
  },
  { name: 'delistings', about: 'symbols are halted and come back', kinds: ['delisted'], perMinute: 1 },
  {
    name: 'reconnect-storm',
    about: 'all exchanges at once lose every socket',
    kinds: ['cut'],
    perMinute: 0.5,
  },
  { name: 'storm', about: 'three and more of everything', kinds: FAULT_KINDS, perMinute: 2 },
];

export function findScenario(name: string): Scenario | undefined {
  return SCENARIOS.find((scenario) => scenario.name === name);
}

/** Faults that begin within `lengthMs`, each lasting 20 s to two minutes, at least three where the scenario mixes. */
export function planScenario(
  scenario: Scenario,
  seed: number,
  server: SimServer,
  lengthMs: number,
): readonly PlannedFault[] {
  const random = createRandom(seed, 'scenario', scenario.name);
  const { kinds, perMinute } = scenario;
  if (kinds.length === 0) return [];
  const count = Math.max(kinds.length > 1 ? 3 : 1, Math.round((perMinute * lengthMs) / 60_000));
  const planned: PlannedFault[] = [];
  const exchanges = Object.keys(server.urls);
  for (let n = 0; n < count; n += 1) {
    const kind = kinds[random.below(kinds.length)]!;
    const atMs = Math.floor(random.next() * lengthMs);
    const forMs = 20_000 + random.below(100_000);
    // A reconnect storm is one of all exchanges.
    const struck =
      scenario.name === 'reconnect-storm' ? exchanges : [exchanges[random.below(exchanges.length)]!];
    for (const exchange of struck) planned.push(targeted(kind, exchange, server, random, atMs, forMs));
  }
  return planned.sort((one, other) => one.atMs - other.atMs);
}

function targeted(
  kind: FaultKind,
  exchange: string,
  server: SimServer,
  random: Random,
  atMs: number,
  forMs: number,
): PlannedFault {
  const { listing } = server.exchange(exchange).book;
  if (!isSymbolFault(kind)) return { kind, exchange, atMs, forMs };
  return {
    kind,
    exchange,
    exchangeSymbol: listing[random.below(listing.length)]!.exchangeSymbol,
    atMs,
    forMs,
  };
}

/** Plays the timetable once; `told` hears of each begin and end. The cancel ends what has begun. */
export function playScenario(
  planned: readonly PlannedFault[],
  server: SimServer,
  clock: Clock,
  told: (fault: PlannedFault, begins: boolean) => void,
): Cancel {
  const timers = new Set<Cancel>();
  const active = new Set<PlannedFault>();
  const end = (fault: PlannedFault): void => {
    if (!active.delete(fault)) return;
    const { kind, exchange, exchangeSymbol } = fault;
    const still = [...active].some(
      (other) =>
        other.kind === kind && other.exchange === exchange && other.exchangeSymbol === exchangeSymbol,
    );
    if (!still) server.exchange(exchange).fault(kind, false, exchangeSymbol);
    told(fault, false);
  };
  for (const fault of planned)
    timers.add(
      clock.after(fault.atMs, () => {
        active.add(fault);
        server.exchange(fault.exchange).fault(fault.kind, true, fault.exchangeSymbol);
        told(fault, true);
        timers.add(clock.after(fault.forMs, () => end(fault)));
      }),
    );
  return () => {
    for (const cancel of timers) cancel();
    for (const fault of [...active]) end(fault);
  };
}
