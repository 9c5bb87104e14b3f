// What commands that meet exchanges are asked for: the configuration's file, and which exchanges.

import { type Config, ConfigError } from '../config/config.js';
import { exchangeKey } from '../core/exchange.js';
import { adapters, findAdapter } from '../exchanges/index.js';

/** The file of `--config`, else that of the environment; empty where neither names one. */
export function configFile(flag: string | undefined): { file?: string } {
  const file = flag ?? process.env['SPREAD_CONFIG'];
  return file === undefined ? {} : { file };
}

/** Names of those that come through ccxt. */
export function viaCcxt({ exchanges }: Config): readonly string[] {
  return Object.keys(exchanges).filter((name) => exchanges[name]?.via === 'ccxt');
}

/** The configured and enabled ones; `none` or a list of names (`--exchanges`, else the environment's) takes their place. */
export function chosenExchanges(flag: string | undefined, config: Config): readonly string[] {
  const list = flag ?? process.env['SPREAD_EXCHANGES'];
  const source = flag === undefined ? 'SPREAD_EXCHANGES' : '--exchanges';
  const enabled = Object.entries(config.exchanges).filter(([, exchange]) => exchange.enabled);
  if (list === undefined) return enabled.map(([name]) => name);
  if (exchangeKey(list) === 'none') return [];
  const names = list.split(',').map((name) => {
    const found = findAdapter(name.trim());
    if (found !== undefined) return found.name;
    const ccxt = viaCcxt(config).find((one) => exchangeKey(one) === exchangeKey(name));
    if (ccxt !== undefined) return ccxt;
    const known = [...adapters.map((adapter) => adapter.name), ...viaCcxt(config)].join(', ');
    throw new ConfigError(`${source}: expected "none" or names of ${known}, was "${name.trim()}"`);
  });
  return [...new Set(names)];
}
