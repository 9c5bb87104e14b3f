// Plays a timetable of faults against a simulated server, by the clock alone, and says when each began and ended and
// what it struck. What it began it ends, whenever it is stopped.

import type { Cancel, Clock, Micros } from '../core/time.js';
import type { SimConnection } from './connection.js';
import type { PlannedFault, ScenarioWorld } from './scenarios.js';
import type { SimServer } from './server.js';

/** A fault while it lasts, and after. */
export interface Spell {
  readonly fault: PlannedFault;
  /** What clients wanted of what it strikes when it began, in the exchange's spelling. */
  readonly symbols: readonly string[];
  readonly beganUs: Micros;
  /** null = it lasts. */
  endedUs: Micros | null;
}

export function scenarioWorld(server: SimServer): ScenarioWorld {
  const exchanges = Object.keys(server.urls).map((name) => ({
    name,
    symbols: server.exchange(name).book.listing.map(({ exchangeSymbol }) => exchangeSymbol),
  }));
  return { exchanges };
}

/** Plays the timetable once; `told` hears of each begin and end. The cancel ends what has begun. */
export function playScenario(
  planned: readonly PlannedFault[],
  server: SimServer,
  clock: Clock,
  told: (fault: PlannedFault, begins: boolean, spell: Spell) => void,
): Cancel {
  const timers = new Set<Cancel>();
  const active = new Map<PlannedFault, { readonly socket: SimConnection | null; readonly spell: Spell }>();

  const begin = (fault: PlannedFault): void => {
    const hosted = server.exchange(fault.exchange);
    const open = [...hosted.connections].filter((connection) => connection.open);
    const socket =
      fault.oneSocket === undefined ? null : (open[Math.floor(fault.oneSocket * open.length)] ?? null);
    const wanted = socket?.wanted ?? (fault.oneSocket === undefined ? hosted.wanted() : []);
    const symbols = fault.exchangeSymbol === undefined ? [...wanted] : [fault.exchangeSymbol];
    const spell: Spell = { fault, symbols, beganUs: clock.nowUs(), endedUs: null };
    active.set(fault, { socket, spell });
    // Where no socket is open there is none to strike.
    if (fault.oneSocket === undefined || socket !== null)
      hosted.fault(fault.kind, true, fault.exchangeSymbol ?? socket ?? undefined);
    told(fault, true, spell);
  };

  const end = (fault: PlannedFault): void => {
    const ending = active.get(fault);
    if (ending === undefined) return;
    active.delete(fault);
    const { kind, exchange, exchangeSymbol, oneSocket } = fault;
    const { socket, spell } = ending;
    const lasts = [...active].some(
      ([other, { socket: its }]) =>
        other.kind === kind &&
        other.exchange === exchange &&
        other.exchangeSymbol === exchangeSymbol &&
        its === socket,
    );
    if (!lasts && (oneSocket === undefined || socket !== null))
      server.exchange(exchange).fault(kind, false, exchangeSymbol ?? socket ?? undefined);
    spell.endedUs = clock.nowUs();
    told(fault, false, spell);
  };

  for (const fault of planned)
    timers.add(
      clock.after(fault.atMs, () => {
        begin(fault);
        timers.add(clock.after(fault.forMs, () => end(fault)));
      }),
    );
  return () => {
    for (const cancel of timers) cancel();
    for (const fault of [...active.keys()]) end(fault);
  };
}
