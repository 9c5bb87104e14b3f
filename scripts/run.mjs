// `npm run demo`, `npm start`: readies a fresh clone, then becomes the program itself (no second process).

import { built, installed, root } from './ready.mjs';

installed();
built();
await import(new URL('build/src/main.js', `file://${root}`).href);
