// The limits by which spreads are believed where nobody sets others: those of the configuration.

import { loadConfig } from '../../src/config/config.js';

export const QUALITY_DEFAULTS = loadConfig({ environment: {}, flags: [], exchangeNames: [] }).quality;
