// `npm run classify [-- --folder DIR]`: what every recorded frame is to its exchange's decoder, as a table.
// Exit code 1 where a frame is nothing that the decoder knows, or where there is no frame at all.

import { parseArgs } from 'node:util';
import { built, installed } from './ready.mjs';

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
installed();
built();
const { classesTable, classifyFolder } = await import('../build/test/exchanges/classify.js');
const { shared } = await import('../build/test/support/shared.js');
const files = classifyFolder(values.folder ?? shared('exchange-samples').path);
console.log(classesTable(files));
const isWhole = files.every(({ unclassified }) => unclassified === 0);
process.exitCode = isWhole && files.some(({ adapters }) => adapters.length > 0) ? 0 : 1;
