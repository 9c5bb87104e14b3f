// Where ccxt lies for the tests of what comes through it. Optional, as everything in this folder.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../support/shared.js';

const file = join(projectRoot(), 'test', 'oracle', 'node_modules', 'ccxt', 'js', 'ccxt.js');

/** For import(). */
export const ccxtModule = pathToFileURL(file).href;

export const ccxtSkip: string | false = existsSync(file)
  ? false
  : 'no ccxt here: run `npm ci` in test/oracle';
