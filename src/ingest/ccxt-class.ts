// The class in ccxt of an exchange of the configuration, and what it is made with. Does not import ccxt: it is given.

import { marketOf } from '../core/exchange.js';
import type { CcxtClass, CcxtExchange, CcxtLibrary } from './ccxt-types.js';
import { WATCH_METHODS, type WatchMethod } from './ccxt-watch.js';

/** What the configuration asks of ccxt cannot be had; the message is for the user. */
export class CcxtError extends Error {
  override readonly name = 'CcxtError';
}

/** The class of an exchange of the configuration. Throws a CcxtError where there is none, or it cannot stream. */
export function findCcxtClass({ name, library, ccxtId }: CcxtNames): CcxtClass {
  const Client = /^\w+$/.test(ccxtId) && Object.hasOwn(library.pro, ccxtId) ? library.pro[ccxtId] : undefined;
  if (typeof Client !== 'function')
    throw new CcxtError(
      `exchanges.${name}.ccxtId: expected an exchange that ccxt ${library.version} streams, was "${ccxtId}"`,
    );
  if (methodsOf(new Client({})).length === 0)
    throw new CcxtError(`exchanges.${name}: ccxt streams no best bid and ask of ${ccxtId}`);
  return Client;
}

/** What of the class can be watched, best first. */
export function methodsOf({ has }: CcxtExchange): readonly WatchMethod[] {
  return WATCH_METHODS.filter((method) => has[method] === true);
}

export interface CcxtNames {
  /** `Kraken`, `KrakenPerp`: carries the market. */
  readonly name: string;
  readonly library: CcxtLibrary;
  /** Of the class in ccxt. */
  readonly ccxtId: string;
}

export interface CcxtSettings extends CcxtNames {
  /** In the place of what stands under `urls.api` of the class. */
  readonly urls?: object;
  /** Into `options` of the class. */
  readonly options?: object;
}

/** What the class is made with. */
export function configOf({ name, urls, options }: CcxtSettings): object {
  const type = marketOf(name) === 'linear' ? 'swap' : 'spot';
  return {
    // Changes of several symbols may come together: all of them are to be told, not the first alone (newUpdates).
    // Copies: ccxt writes into what it is given.
    options: { defaultType: type, ...structuredClone(options ?? {}), newUpdates: false },
    ...(urls === undefined ? {} : { urls: { api: structuredClone(urls) } }),
  };
}
