// Whether a reply has the fields that a view reads, of the kinds that it reads them as. Pure.

type Fields = Readonly<Record<string, unknown>>;
export type Kind = 'string' | 'number' | 'list' | 'object' | 'number?' | 'string?' | 'boolean';

/** What is wrong with one of a list, in words; null = nothing is. */
export function listAmiss(
  name: string,
  list: readonly unknown[],
  kinds: Readonly<Record<string, Kind>>,
): string | null {
  for (const [at, one] of list.entries()) {
    const wrong = amiss(one, kinds, `${name}[${at}].`);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** What is wrong with the fields of an object; `number?` and `string?` may be null or absent. */
export function amiss(value: unknown, kinds: Readonly<Record<string, Kind>>, name = ''): string | null {
  if (!is(value, 'object')) return `${name}: expected an object`;
  for (const [field, kind] of Object.entries(kinds))
    if (!is((value as Fields)[field], kind)) return `${name}${field}: expected ${WORDS[kind]}`;
  return null;
}

function is(value: unknown, kind: Kind): boolean {
  if (kind.endsWith('?'))
    return value === null || value === undefined || is(value, kind.slice(0, -1) as Kind);
  if (kind === 'list') return Array.isArray(value);
  if (kind === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === kind;
}

const WORDS: Readonly<Record<Kind, string>> = {
  ...{ string: 'a text', number: 'a number', list: 'a list', object: 'an object', boolean: 'yes or no' },
  ...{ 'number?': 'a number or nothing', 'string?': 'a text or nothing' },
};
