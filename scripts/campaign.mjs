// A long command of many seeded runs that may be broken off: what is done stands in data/<name>.ndjson, a line a run after a
// head; the same command goes on there. Options of all of them: --<count> N, --seed FIRST, --minutes M.

import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './ready.mjs';

/**
 * Runs the seeds that are not done yet, one after another, until the minutes are over; all results there are then. `run`
 * gives `{seed, broken, …}`; a throw counts as broken. `perSeed`: what is counted a seed. `inWords` may give null where there is nothing to say.
 */
export async function campaign({ name, count, countDefault, perSeed = 1, run, inWords }) {
  const log = join(root, 'data', `${name}.ndjson`);
  const option = (word) => {
    const at = process.argv.indexOf(`--${word}`);
    return at < 0 ? undefined : Number(process.argv[at + 1]);
  };
  const seedsOf = (asked) => (asked === undefined ? undefined : Math.ceil(asked / perSeed));
  const { from, total, done } = under(log, option('seed'), seedsOf(option(count)), seedsOf(countDefault));
  const endMs = Date.now() + (option('minutes') ?? 60) * 60_000;
  console.log(
    `${count}: seeds ${from} to ${from + total - 1}${done.size > 0 ? `, ${done.size} of them done before` : ''}`,
  );
  for (let seed = from; seed < from + total && Date.now() < endMs; seed++) {
    if (done.has(seed)) continue;
    const result = await run(seed).catch((error) => ({ seed, broken: [error.stack ?? String(error)] }));
    done.set(seed, result);
    appendFileSync(log, `${JSON.stringify(result)}\n`);
    const words = inWords(result);
    if (words !== null) console.log(words);
  }
  const results = [...done.values()];
  const held = results.filter(({ broken }) => broken.length === 0).length;
  console.log(`${held} of ${results.length} held; ${total - results.length} to come`);
  return results;
}

/** The campaign under way where there is one and nothing else is asked for, else a new one. */
function under(log, seed, asked, countDefault) {
  const [head, ...results] = readLines(log);
  const total = asked ?? (seed === undefined ? countDefault : 1);
  const isUnfinished = head !== undefined && results.length < head.total;
  const isMeant =
    seed === undefined
      ? asked === undefined || asked === head?.total
      : seed === head?.from && total === head?.total;
  if (isUnfinished && isMeant) return { ...head, done: new Map(results.map((one) => [one.seed, one])) };
  const fresh = { from: seed ?? Math.floor(Math.random() * 2 ** 31), total };
  mkdirSync(join(root, 'data'), { recursive: true });
  writeFileSync(log, `${JSON.stringify(fresh)}\n`);
  return { ...fresh, done: new Map() };
}

/** A line that was being written when the process was killed is none. */
function readLines(log) {
  let text;
  try {
    text = readFileSync(log, 'utf8');
  } catch {
    return [];
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).trim();
  return whole === '' ? [] : whole.split('\n').map((line) => JSON.parse(line));
}
