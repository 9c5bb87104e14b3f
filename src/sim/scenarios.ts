// Scenarios: a seed in, a timetable of faults out. Pure: the same seed and world give the same timetable.
// scenario-player.ts plays it.

import { FAULT_KINDS, FAULTS, type FaultKind, isSocketFault, isSymbolFault } from './faults.js';
import { createRandom, type Random } from './random.js';

export interface PlannedFault {
  readonly kind: FaultKind;
  readonly exchange: string;
  /** In the exchange's spelling; absent = the whole exchange. */
  readonly exchangeSymbol?: string;
  /** Strikes one socket alone: of those open when it begins, in order, the one at this share of them, [0, 1). */
  readonly oneSocket?: number;
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
  /** How likely all exchanges lose every socket at once, and refuse handshakes for a while. */
  readonly reconnectStorm: number;
}

/** What a timetable is drawn for. */
export interface ScenarioWorld {
  /** Names of the exchanges, and their symbols in their own spelling. */
  readonly exchanges: readonly { readonly name: string; readonly symbols: readonly string[] }[];
}

const kindsLike = (form: RegExp) => FAULT_KINDS.filter((kind) => form.test(kind));

export const SCENARIOS: readonly Scenario[] = [
  scenario('calm', 'nothing happens', [], 0),
  scenario('silent-symbols', 'single symbols fall silent', ['silent-symbol'], 2),
  scenario(
    'dead-sockets',
    'sockets say nothing, hang, trickle, are cut and refused',
    ['silent-sockets', 'half-open', 'slow-drip', 'cut', 'refused', 'ack-without-data'],
    1,
  ),
  scenario('bad-frames', 'frames are lost, doubled, swapped, cut off, meaningless', kindsLike(/-frames$/), 2),
  scenario('bad-books', 'empty, one-sided, crossed and absurd books', kindsLike(/-price$|-book$|^one-/), 3),
  scenario('bad-clocks', 'the exchange tells a wrong time', kindsLike(/^time-/), 1),
  scenario('rest-trouble', 'REST refuses, fails, answers HTML', kindsLike(/^rest-|^handshake-/), 1),
  scenario('rolls', 'connections are closed for maintenance', ['announced-close'], 1),
  scenario('listings', 'symbols are halted, vanish, are listed', ['delisted', 'unlisted'], 1),
  scenario('reconnect-storm', 'all exchanges at once lose every socket and refuse new ones', [], 0, 1),
  scenario('storm', 'three and more of everything', FAULT_KINDS, 2, 0.25),
];

function scenario(
  name: string,
  about: string,
  kinds: readonly FaultKind[],
  perMinute: number,
  reconnectStorm = 0,
): Scenario {
  return { name, about, kinds, perMinute, reconnectStorm };
}

export function findScenario(name: string): Scenario | undefined {
  return SCENARIOS.find((one) => one.name === name);
}

/**
 * Faults that begin within `lengthMs`, each lasting 20 s to two minutes: at least three where the scenario mixes, no
 * kind again before all others. In order of their begin.
 */
export function planScenario(
  { name, kinds, perMinute, reconnectStorm }: Scenario,
  seed: number,
  world: ScenarioWorld,
  lengthMs: number,
): readonly PlannedFault[] {
  const random = createRandom(seed, 'scenario', name);
  const planned: PlannedFault[] = [];
  const count = Math.max(kinds.length > 1 ? 3 : kinds.length, Math.round((perMinute * lengthMs) / 60_000));
  let bag: FaultKind[] = [];
  for (let n = 0; n < count; n += 1) {
    if (bag.length === 0) bag = [...kinds];
    const [kind] = bag.splice(random.below(bag.length), 1);
    planned.push(drawn(kind!, world, lengthMs, random));
  }
  if (random.next() < reconnectStorm) planned.push(...stormOf(world, lengthMs, random));
  return planned.sort((one, other) => one.atMs - other.atMs);
}

function drawn(kind: FaultKind, world: ScenarioWorld, lengthMs: number, random: Random): PlannedFault {
  const { name: exchange, symbols } = world.exchanges[random.below(world.exchanges.length)]!;
  const atMs = Math.floor(random.next() * lengthMs);
  const fault = { kind, exchange, atMs, forMs: 20_000 + random.below(100_000) };
  if (isSymbolFault(kind)) return { ...fault, exchangeSymbol: symbols[random.below(symbols.length)]! };
  // One socket is as likely as all of them.
  const oneSocket = random.next() * 2;
  return isSocketFault(kind) && oneSocket < 1 ? { ...fault, oneSocket } : fault;
}

function stormOf({ exchanges }: ScenarioWorld, lengthMs: number, random: Random): PlannedFault[] {
  const atMs = Math.floor(random.next() * lengthMs);
  const forMs = 10_000 + random.below(50_000);
  return exchanges.flatMap(({ name: exchange }) => [
    { kind: 'refused' as const, exchange, atMs, forMs },
    { kind: 'cut' as const, exchange, atMs, forMs: 1_000 },
  ]);
}

/** `BTC-USDT of OKX: its ask is gone` */
export function describeFault({ kind, exchange, exchangeSymbol, oneSocket }: PlannedFault): string {
  const what = exchangeSymbol ?? (oneSocket === undefined ? null : 'one socket');
  return `${what === null ? '' : `${what} of `}${exchange}: ${FAULTS[kind].about}`;
}
