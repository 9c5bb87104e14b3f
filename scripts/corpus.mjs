// `npm run corpus -- [--seed N] [--phantoms N] [--real N]`: the labelled corpus of spreads that are not real (10,000) and of some that are (1,000), from a
// fresh seed. Exits with 1 where the layer of quality does not hold what it promises.

import { built, installed, root } from './ready.mjs';

installed();
built();
const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : Number(process.argv[at + 1]);
};
const { reportOf, runCorpus } = await import(
  new URL('build/test/quality/corpus/report.js', `file://${root}`).href
);
const seed = option('seed') ?? Math.floor(Math.random() * 2 ** 30);
console.log(`seed ${seed}`);
const result = runCorpus(seed, option('phantoms') ?? 10_000, option('real') ?? 1_000, (words) =>
  process.stderr.write(`${words}\r`),
);
console.log(reportOf(result));
process.exit(result.holds ? 0 : 1);
