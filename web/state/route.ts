// The address is the state: which view, of what, and how it is set, all behind the `#`, so that a link shows what its sender saw.
// Everything in an address is foreign: what is unknown is the overview.

import { signal } from '@preact/signals';

export const VIEWS = ['overview', 'grid', 'exchanges', 'lake', 'alerts'] as const;
export type View = (typeof VIEWS)[number] | 'pair';

export interface Route {
  readonly view: View;
  /** What follows the view's name: of `pair` symbol, exchange1, exchange2. */
  readonly names: readonly string[];
  readonly params: URLSearchParams;
}

export const route = signal<Route>(parse(location.hash));

addEventListener('hashchange', () => {
  route.value = parse(location.hash);
});

/** `#/pair/BTC_USDT/Binance/OKX?from=…` */
export function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', ...names] = path.split('/').map(decoded);
  const params = new URLSearchParams(query);
  if (name === 'pair' && names.length === 3 && names.every((one) => one !== '')) {
    const [symbol = '', ...exchanges] = names;
    return { view: 'pair', names: [symbol.replace('_', '/'), ...exchanges], params };
  }
  return { view: VIEWS.find((one) => one === name) ?? 'overview', names: [], params };
}

export function addressOf(view: View, names: readonly string[] = [], params = new URLSearchParams()): string {
  const [symbol, ...exchanges] = names;
  const path = [view, ...(symbol === undefined ? [] : [symbol.replace('/', '_'), ...exchanges])];
  const query = params.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`;
}

export function addressOfPair(symbol: string, exchange1: string, exchange2: string): string {
  return addressOf('pair', [symbol, exchange1, exchange2]);
}

export function go(address: string): void {
  location.hash = address;
}

/** Another setting of the same view: no step back to the one before. Null or empty takes it out. */
export function setParams(change: Readonly<Record<string, string | null>>): void {
  const { view, names, params } = route.value;
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(change))
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  history.replaceState(null, '', addressOf(view, names, next));
  route.value = { view, names, params: next };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
