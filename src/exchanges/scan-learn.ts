// The form of a frame that a decoder has read by its JSON: what of it is a value that matters, what may be another value the next
// time, and what has to be the same bytes. Works on text, once a form.

import { FrameForm, type Gap, type Role } from './scan.js';

/**
 * Values by their path, array places as numbers: `data.0.bids.0.1`. `about`: a text that names the symbol once more. What is not
 * named has to stay as it is.
 */
export type Roles = Readonly<Record<string, Role | 'about'>>;

/** Those of what lies below a path. */
export function rolesBelow(path: string, roles: Roles): Roles {
  return Object.fromEntries(Object.entries(roles).map(([name, role]) => [`${path}.${name}`, role]));
}

interface Value {
  readonly path: string;
  /** Without quotes. */
  readonly from: number;
  readonly to: number;
  readonly isText: boolean;
}

/** Undefined where the text is none that could be read by its bytes. */
export function formOf(text: string, roles: Roles, symbol: string): FrameForm | undefined {
  const values = valuesOf(text);
  if (values === undefined) return undefined;
  const gaps: Gap[] = [];
  let done = 0;
  const leave = (role: Role, from: number, to: number, isText: boolean) => {
    gaps.push({ before: text.slice(done, from), role, isText });
    done = to;
  };
  for (const { path, from, to, isText } of values) {
    const role = roles[path];
    if (role === undefined) continue;
    if (role !== 'symbol' && role !== 'about') {
      leave(role, from, to, isText);
      continue;
    }
    // A topic holds it in whatever case, between words that stay.
    const at = isText ? text.slice(from, to).toLowerCase().indexOf(symbol.toLowerCase()) : -1;
    if (at < 0) return undefined;
    leave(role === 'about' ? 'any' : role, from + at, from + at + symbol.length, true);
  }
  return gaps.some(({ role }) => role === 'symbol') ? new FrameForm(gaps, text.slice(done)) : undefined;
}

const SPACE = /\s*/y;
const TEXT = /"([^"\\]*)"/y;
const SCALAR = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Every value that is neither object nor list, in order; undefined where the text is no JSON without escapes. */
function valuesOf(text: string): readonly Value[] | undefined {
  const values: Value[] = [];
  let at = 0;
  const taken = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found?.[0];
  };
  const isNext = (sign: string): boolean => {
    taken(SPACE);
    if (text[at] !== sign) return false;
    at += 1;
    return true;
  };
  const below = (path: string, name: string | number) => (path === '' ? String(name) : `${path}.${name}`);
  const inside = (end: string, one: (n: number) => boolean): boolean => {
    if (isNext(end)) return true;
    for (let n = 0; one(n); n += 1) {
      if (isNext(end)) return true;
      if (!isNext(',')) return false;
    }
    return false;
  };
  const value = (path: string): boolean => {
    if (isNext('{'))
      return inside('}', () => {
        taken(SPACE);
        const name = taken(TEXT)?.slice(1, -1);
        return name !== undefined && isNext(':') && value(below(path, name));
      });
    if (isNext('[')) return inside(']', (n) => value(below(path, n)));
    const from = at;
    const isText = taken(TEXT) !== undefined;
    if (!isText && taken(SCALAR) === undefined) return false;
    const edge = isText ? 1 : 0;
    values.push({ path, from: from + edge, to: at - edge, isText });
    return true;
  };
  const isJson = value('');
  taken(SPACE);
  return isJson && at === text.length ? values : undefined;
}
