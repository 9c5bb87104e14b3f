// Which instruments of a lake a replay is of, by the names that it was asked for. Reads folder names alone.

import { exchangeKey } from './core/exchange.js';
import { symbolKey } from './core/symbol.js';
import { isoMicros, type Micros } from './core/time.js';
import { type LakeInstrument, openReader } from './lake/reader.js';
import { LIMITS } from './limits.js';

export interface ReplayWish {
  /** Of the lake. */
  readonly root: string;
  /** Half-open. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** In any spelling; absent = all. */
  readonly symbols?: readonly string[];
  readonly exchanges?: readonly string[];
}

/** What was asked for is not in the lake; the message is for the user. */
export class ReplayRefused extends Error {
  constructor(
    message: string,
    /** Of the names asked for, not of the range. */
    readonly isAskedWrongly: boolean,
  ) {
    super(message);
  }
}

/** Those asked for, by place; a name that the lake does not know is refused. */
export async function instrumentsOf(wish: ReplayWish): Promise<readonly LakeInstrument[]> {
  const { root, symbols: symbolsAsked, exchanges: exchangesAsked } = wish;
  const all = await openReader(root).instruments();
  if (all.length === 0) throw new ReplayRefused(`the lake ${root} holds no quotes`, false);
  const symbols = chosen('--symbols', symbolsAsked, symbolKey, [...new Set(all.map(({ symbol }) => symbol))]);
  const exchanges = chosen('--exchanges', exchangesAsked, exchangeKey, [
    ...new Set(all.map(({ exchange }) => exchange)),
  ]);
  const found = all.filter(
    ({ exchange, symbol }) => symbols.has(symbolKey(symbol)) && exchanges.has(exchangeKey(exchange)),
  );
  if (found.length === 0) throw new ReplayRefused(nothingRecorded(wish), false);
  if (found.length > LIMITS.instrumentsMax)
    throw new ReplayRefused(
      `the lake holds ${found.length} instruments, at most ${LIMITS.instrumentsMax} are replayed at a time; choose with --symbols or --exchanges`,
      true,
    );
  return found;
}

/** Names shown of those that a lake has. */
const NAMES_SHOWN = 20;

function chosen(
  option: string,
  asked: readonly string[] | undefined,
  keyOf: (name: string) => string,
  known: readonly string[],
): ReadonlySet<string> {
  const keys = new Set(known.map(keyOf));
  for (const name of asked ?? []) {
    if (keys.has(keyOf(name))) continue;
    const more = known.length > NAMES_SHOWN ? ` and ${known.length - NAMES_SHOWN} more` : '';
    throw new ReplayRefused(
      `${option}: expected names that the lake knows: ${known.slice(0, NAMES_SHOWN).join(', ')}${more}; was "${name}"`,
      true,
    );
  }
  return asked === undefined ? keys : new Set(asked.map(keyOf));
}

export function nothingRecorded({ root, fromUs, toUs, symbols, exchanges }: ReplayWish): string {
  const what = [...(symbols ?? []), ...(exchanges ?? [])].join(', ');
  const of = what === '' ? '' : ` of ${what}`;
  return `the lake ${root} holds nothing${of} from ${isoMicros(fromUs)} to ${isoMicros(toUs)}`;
}
