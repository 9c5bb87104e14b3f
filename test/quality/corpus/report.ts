// Many worlds of the corpus, and what came of them in a table: class by class, and whether it holds.

import { refusalsOf } from '../../../src/core/refusals.js';
import { CLASSES, type Class } from './classes.js';
import { type Episode, runWorld } from './world.js';

const EPISODES_A_WORLD = 60;
/** One in a thousand phantoms has no reason that is right for its class at most moments: books move by themselves too. */
const WRONG_SHARE_MAX = 0.001;
/** Moments of a refused episode that must have a right reason. */
const RIGHT_SHARE_MIN = 0.9;

export interface CorpusResult {
  readonly episodes: readonly Episode[];
  readonly phantoms: number;
  readonly phantomsShown: number;
  readonly real: number;
  readonly realKept: number;
  readonly wrongReason: number;
  readonly holds: boolean;
}

/** Worlds from the seed on until there are so many phantoms and real ones. */
export function runCorpus(
  seed: number,
  phantomsMin: number,
  realMin: number,
  progress: (words: string) => void = () => {},
): CorpusResult {
  const episodes: Episode[] = [];
  const kinds: readonly Class['world'][] = [
    'plain',
    'plain',
    'plain',
    'plain',
    'plain',
    'plain',
    'plain',
    'basis',
    'other-coin',
  ];
  for (let world = 0; ; world += 1) {
    episodes.push(...runWorld(seed + world, kinds[world % kinds.length]!, EPISODES_A_WORLD));
    const real = episodes.filter(({ isReal }) => isReal).length;
    progress(`${world + 1} worlds, ${episodes.length - real} phantoms, ${real} real`);
    if (episodes.length - real >= phantomsMin && real >= realMin && world >= kinds.length - 1) break;
  }
  const phantoms = episodes.filter(({ isReal }) => !isReal);
  const real = episodes.filter(({ isReal }) => isReal);
  const phantomsShown = phantoms.filter(({ shown }) => shown).length;
  const realKept = real.filter(({ shown }) => shown).length;
  const wrongReason = phantoms.filter(isWronglyNamed).length;
  const holds =
    phantomsShown <= phantoms.length / 1_000 &&
    realKept >= real.length * 0.99 &&
    wrongReason <= phantoms.length * WRONG_SHARE_MAX;
  return {
    episodes,
    phantoms: phantoms.length,
    phantomsShown,
    real: real.length,
    realKept,
    wrongReason,
    holds,
  };
}

function isWronglyNamed({ of, refused, right }: Episode): boolean {
  return !of.isTrue && refused > 0 && right < refused * RIGHT_SHARE_MIN;
}

export function reportOf({ episodes, ...all }: CorpusResult): string {
  const lines = [
    'class | episodes | labelled real | phantoms shown | in table | real kept | wrong reason | until shown, ms | reasons',
  ];
  for (const of of CLASSES) {
    const own = episodes.filter((one) => one.of === of);
    if (own.length === 0) continue;
    const [real, phantoms] = [own.filter(({ isReal }) => isReal), own.filter(({ isReal }) => !isReal)];
    const waits = real
      .flatMap(({ shown, shownAfterMs }) => (shown ? shownAfterMs : []))
      .sort((a, b) => a - b);
    const reasons = new Map<string, number>();
    let moments = 0;
    for (const one of phantoms)
      for (const [bits, count] of one.reasons) {
        moments += count;
        for (const reason of refusalsOf(bits)) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
      }
    const most = [...reasons].sort(([, a], [, b]) => b - a).slice(0, 5);
    lines.push(
      [
        ...[of.name, own.length, real.length, phantoms.filter(({ shown }) => shown).length],
        phantoms.filter(({ shownInTable }) => shownInTable).length,
        ...[
          `${real.filter(({ shown }) => shown).length}/${real.length}`,
          phantoms.filter(isWronglyNamed).length,
        ],
        waits.length === 0 ? '-' : Math.round(waits[waits.length >> 1]!),
        most.map(([reason, count]) => `${reason} ${Math.round((100 * count) / moments)} %`).join(', '),
      ].join(' | '),
    );
  }
  const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(3)} %`;
  lines.push(
    `phantoms shown as tradable: ${all.phantomsShown} of ${all.phantoms}, ${percent(all.phantomsShown, all.phantoms)} (at most 0.1 %)`,
    `real ones kept: ${all.realKept} of ${all.real}, ${percent(all.realKept, all.real)} (at least 99 %)`,
    `phantoms refused for a wrong reason: ${all.wrongReason}`,
    `baselines: who refuses everything shows no phantom and keeps 0 %; who refuses nothing keeps all and shows ${all.phantoms} phantoms, 100 %`,
  );
  return lines.join('\n');
}
