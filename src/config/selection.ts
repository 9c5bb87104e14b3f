// Which instruments of an exchange the configuration wants. Pure.

import type { Config, SelectionConfig } from './schema.js';

/** By an exchange's name: its own selection, and the common one for what it leaves out. */
export function selectionOf({ exchanges, selection }: Config): (exchange: string) => SelectionConfig {
  return (exchange) => {
    const own = exchanges[exchange];
    return {
      quotes: own?.quotes ?? selection.quotes,
      minUsdVolume: own?.minUsdVolume ?? selection.minUsdVolume,
      maxUsdVolume: own?.maxUsdVolume ?? selection.maxUsdVolume,
      allow: own?.allow ?? selection.allow,
      deny: own?.deny ?? selection.deny,
    };
  };
}
