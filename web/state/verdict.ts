// What the statistics of a pair say, in words: whether its spread comes back, and whether anything is left of it after fees. The
// rules are those of the analyzer's reports. Reads the table as it is handed over.

import { cyclesText, durationText, percentText, shareText } from '../format.js';
import { count, t } from '../i18n/words.js';
import { statistic, type Table } from './table.js';

const COVERED_HOURS_MIN = 1;
/** Percent: half of what makes a cycle, half of the time. */
const BASIS_PERCENT = 0.2;

export function verdictWords(table: Table, row: number): string {
  const of = (column: Parameters<typeof statistic>[1]): number => statistic(table, column, row);
  const hours = of('covered_hours');
  if (Number.isNaN(hours)) return t('pair.verdict.none');
  const span = durationText(hours * 3_600_000);
  if (hours < COVERED_HOURS_MIN) return t('pair.verdict.little', { hours: span });
  if (of('stuck') === 1) return t('pair.verdict.stuck', { share: shareText(of('time_above_040bp_pct')) });
  const cycles = of('cycles_up_040bp') + of('cycles_down_040bp');
  const net = of('net_cycles');
  const cost = shareText(table.reply.costPercent[row]!);
  const basis = of('spread_p50_pct');
  const beware =
    Math.abs(basis) >= BASIS_PERCENT ? ` ${t('pair.verdict.basis', { mean: percentText(basis) })}` : '';
  if (!(net > 0)) {
    if (cycles === 0) return t('pair.verdict.still') + beware;
    return t('pair.verdict.noNet', { rate: cyclesText(cycles / hours), cost }) + beware;
  }
  const whole = of('net_gain_pct');
  if (!(whole > 0))
    return (
      t('pair.verdict.lost', { cycles: count('cycles', net), hours: span, gain: percentText(whole) }) + beware
    );
  const gain = percentText(whole / net);
  return t('pair.verdict.net', { cycles: count('cycles', net), hours: span, gain }) + beware;
}
