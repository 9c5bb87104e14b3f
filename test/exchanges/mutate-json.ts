// Damage to what a JSON frame says: values nobody would send, and a structure nobody would build.
// Deterministic: all chance comes from the given stream.

import type { Random } from '../../src/sim/random.js';

/** Marks text that must stand in the JSON without quotes, for JSON.stringify writes no infinity. */
const BARE = '\u2060bare:';

const VALUES: readonly unknown[] = [
  ...['', '0', '-0', '0.0', '0e0', '-1', '-0.5', '1e999', '-1e999', '1e-999', '5e-324', 'NaN', 'Infinity'],
  ...['-Infinity', '0x10', ' 1', '1 ', '1,5', '1_0', '\uff11', '--1', '1e', '.', '+', 'e5', '1.2.3', 'abc'],
  ...['9007199254740993', '-9223372036854775808', '18446744073709551616', '9'.repeat(400), 'x'.repeat(5_000)],
  ...['null', 'true', '\u0000', '\ud800', '__proto__', 'constructor', 'toString', 'BTC_USDT', 'BTCUSDT', '@'],
  ...[0, -1, 1, 0.1, 1e308, 5e-324, 2 ** 53 + 2, -(2 ** 63), 1_700_000_000, 1_700_000_000_000],
  ...['1e999', '-1e999', '-0', '1e-999', '123456789012345678901234567890'].map((bare) => BARE + bare),
  ...[
    null,
    true,
    false,
    [],
    {},
    [[]],
    [null],
    [{}],
    [[], []],
    { a: 1 },
    [[['']]],
    [['0', '0']],
    [['-1', '1']],
  ],
];

type Holder = Record<string | number, unknown>;
interface Slot {
  readonly holder: Holder;
  readonly key: string | number;
}

/** The JSON text with one to three damages; undefined where it is no JSON. `other` lends parts. */
export function mutateJson(json: string, other: string, random: Random): string | undefined {
  const root = parsed(json);
  if (root === undefined) return undefined;
  const top: Holder = { root };
  for (let left = 1 + random.below(3); left > 0; left--) damage(top, other, random);
  const text = JSON.stringify(top['root']) ?? 'null';
  return text.replaceAll(new RegExp(`"${BARE}([^"]*)"`, 'g'), '$1');
}

function damage(top: Holder, other: string, random: Random): void {
  const slots = slotsOf(top);
  const slot = slots[random.below(slots.length)] as Slot;
  const { holder, key } = slot;
  const value = holder[key];
  switch (random.below(10)) {
    case 0:
      remove(slot);
      break;
    case 1:
      rename(slot, slots, random);
      break;
    case 2:
      swap(slot, slots[random.below(slots.length)] as Slot);
      break;
    case 3:
      wrap(slot, random);
      break;
    case 4:
      rearrange(slot, random);
      break;
    case 5: {
      const parts = slotsOf({ root: parsed(other) ?? null });
      const part = parts[random.below(parts.length)] as Slot;
      holder[key] = part.holder[part.key];
      break;
    }
    case 6:
    case 7:
      holder[key] = nudged(value, random);
      break;
    default:
      holder[key] = structuredClone(VALUES[random.below(VALUES.length)]);
  }
}

/** Every place that holds a value, the root first. */
function slotsOf(top: Holder): readonly Slot[] {
  const slots: Slot[] = [];
  const visit = (holder: Holder, key: string | number): void => {
    slots.push({ holder, key });
    const value = holder[key];
    if (typeof value !== 'object' || value === null) return;
    const inner = value as Holder;
    if (Array.isArray(value)) for (let at = 0; at < value.length; at++) visit(inner, at);
    else for (const name of Object.keys(value)) visit(inner, name);
  };
  visit(top, 'root');
  return slots;
}

function remove({ holder, key }: Slot): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
  if (key === 'root') holder[key] ??= null;
}

/** Gives the value another name: one that stands elsewhere, or the same in the other case. */
function rename({ holder, key }: Slot, slots: readonly Slot[], random: Random): void {
  if (typeof key !== 'string' || key === 'root') return;
  const value = holder[key];
  if (random.below(2) === 0) delete holder[key];
  const other = String((slots[random.below(slots.length)] as Slot).key);
  const flipped = key === key.toLowerCase() ? key.toUpperCase() : key.toLowerCase();
  holder[random.below(2) === 0 ? other : flipped] = value;
}

/** Two values change places; copies, for one may stand inside the other. */
function swap(a: Slot, b: Slot): void {
  const first = structuredClone(a.holder[a.key]);
  a.holder[a.key] = structuredClone(b.holder[b.key]);
  b.holder[b.key] = first;
}

function wrap({ holder, key }: Slot, random: Random): void {
  const value = holder[key];
  const inner = typeof value === 'object' && value !== null ? Object.values(value)[0] : [value];
  const forms = [[value], { [String(key)]: value }, JSON.stringify(value), inner, String(value)];
  holder[key] = forms[random.below(forms.length)] ?? null;
}

function rearrange({ holder, key }: Slot, random: Random): void {
  const value = holder[key];
  if (Array.isArray(value)) {
    const forms = [[], [...value].reverse(), value.slice(1), [...value, ...value], value.concat([null])];
    holder[key] = structuredClone(forms[random.below(forms.length)]);
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    holder[key] = random.below(2) === 0 ? Object.fromEntries(entries.reverse()) : entries;
  } else holder[key] = nudged(value, random);
}

/** A number, written as it was, but another one: of other sign, size or precision. */
function nudged(value: unknown, random: Random): unknown {
  const isText = typeof value === 'string' && value.length > 0 && Number.isFinite(Number(value));
  if (!isText && typeof value !== 'number')
    return typeof value === 'string' ? value.slice(random.below(value.length + 1)) : value;
  const text = String(value);
  const digit = String(random.below(10));
  const at = random.below(text.length + 1);
  const forms = [
    `-${text}`,
    `${text}e${random.below(700) - 350}`,
    text.slice(0, at) + digit + text.slice(at),
    text.slice(0, at) + text.slice(at + 1),
    String(Number(text) + random.below(5) - 2),
    String(Number(text) * 10 ** (random.below(9) - 4)),
    `${text}.${digit}`,
  ];
  const changed = forms[random.below(forms.length)] as string;
  if (isText) return changed;
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(changed) ? BARE + changed : Number(changed);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
