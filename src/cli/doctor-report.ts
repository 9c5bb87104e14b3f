// The report of `doctor` as text: one block an exchange, the verdict last. Pure.

import { type Finding, gigabytes, type Mark, type Verdict } from './doctor-verdict.js';

const SIGNS: Readonly<Record<Mark, string>> = { ok: '✓', warning: '!', failed: '✗', skipped: '–' };
const WORDS: Readonly<Record<Verdict['mark'], string>> = {
  ok: 'well',
  warning: 'works, with something to look at',
  failed: 'not well',
};
const STEP_CHARS = 11;
const INDENT = '  ';

/** Lines without ends. */
export function reportLines(verdicts: readonly Verdict[]): readonly string[] {
  const width = Math.max(...verdicts.map(({ exchange }) => exchange.length));
  const blocks = verdicts.flatMap((verdict) => [
    `${verdict.exchange.padEnd(width)}  ${SIGNS[verdict.mark]} ${WORDS[verdict.mark]}`,
    ...verdict.findings.flatMap(findingLines),
    '',
  ]);
  return [...blocks, growthLine(verdicts), summaryLine(verdicts)];
}

function findingLines({ step, mark, words, details }: Finding): readonly string[] {
  const below = `${INDENT}  ${' '.repeat(STEP_CHARS)}`;
  return [
    `${INDENT}${SIGNS[mark]} ${step.padEnd(STEP_CHARS)}${words}`,
    ...details.map((line) => `${below}${line}`),
  ];
}

/** What all of them together add to the lake, bytes a day. */
export function totalBytesADay(verdicts: readonly Verdict[]): number {
  return verdicts.reduce((total, { lakeBytesADay }) => total + (lakeBytesADay ?? 0), 0);
}

function growthLine(verdicts: readonly Verdict[]): string {
  const unknown = verdicts.filter(({ lakeBytesADay }) => lakeBytesADay === null).length;
  const without =
    unknown === 0 ? '' : `, without ${unknown} of ${verdicts.length} exchanges that gave no quote`;
  return `The lake would grow by about ${gigabytes(totalBytesADay(verdicts))} GB a day${without}.`;
}

/** `all is well`, or what is not. Warnings alone leave it well. */
export function summaryLine(verdicts: readonly Verdict[]): string {
  const named = (mark: Mark) =>
    verdicts.flatMap(({ exchange, findings }) => {
      const steps = findings.filter((finding) => finding.mark === mark).map(({ step }) => step);
      return steps.length === 0 ? [] : [`${exchange} (${steps.join(', ')})`];
    });
  const [failed, warned] = [named('failed'), named('warning')];
  const look = warned.length === 0 ? '' : `; to look at: ${warned.join(', ')}`;
  return failed.length === 0 ? `all is well${look}` : `not well: ${failed.join(', ')}${look}`;
}
