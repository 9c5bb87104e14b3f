// Beside the charts of a pair: its legs as they stand now, and what the statistics have of it.

import type { Quote } from '../../src/client/index.js';
import { ABSENT, ageText, cyclesText, durationText, percentText, priceText, shareText } from '../format.js';
import { t } from '../i18n/words.js';
import { percentileNow } from '../state/columns.js';
import type { PairLive } from '../state/pair-live.js';
import { now, statistic, table } from '../state/table.js';
import { verdictWords } from '../state/verdict.js';

interface LegsProps {
  readonly live: PairLive;
  readonly exchanges: readonly [string, string];
  readonly nowSeconds: number;
}

/** Flags that say more than the others, the first one first. */
const SHOWN_FLAGS = ['gap', 'one-sided', 'lagging', 'stale', 'crossed'] as const;

export function LegsNow({ live, exchanges, nowSeconds }: LegsProps) {
  const spread = live.spread.value;
  return (
    <section class="facts-box" aria-labelledby="legs-title">
      <h3 id="legs-title">{t('pair.quotes')}</h3>
      {spread !== null && spread.reason !== null && (
        <p class="bad" role="status">
          {t('pair.noSpread', {
            exchange: exchanges[spread.reasonLeg - 1] ?? '',
            why: t(`pair.reason.${spread.reason}`),
          })}
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">{t('pair.quotes.exchange')}</th>
            <th scope="col">{t('pair.quotes.bid')}</th>
            <th scope="col">{t('pair.quotes.ask')}</th>
            <th scope="col">{t('pair.quotes.age')}</th>
            <th scope="col">{t('pair.quotes.state')}</th>
          </tr>
        </thead>
        <tbody>
          {exchanges.map((exchange, at) => (
            <Leg
              key={exchange}
              exchange={exchange}
              quote={live.quotes.value[at] ?? null}
              isLive={live.state.value === 'connected'}
              flags={[...(spread?.legs[at]?.flags ?? []), ...(live.quotes.value[at]?.flags ?? [])]}
              nowSeconds={nowSeconds}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface LegProps {
  readonly exchange: string;
  readonly quote: Quote | null;
  /** What is known is of now. */
  readonly isLive: boolean;
  readonly flags: readonly string[];
  readonly nowSeconds: number;
}

function Leg({ exchange, quote, isLive, flags, nowSeconds }: LegProps) {
  const flag = SHOWN_FLAGS.find((one) => flags.includes(one));
  const state = quote === null ? 'none' : isLive ? (flag ?? 'fresh') : 'stale';
  const sized = (price: number, size: number | null): string =>
    size === null ? priceText(price) : `${priceText(price)} × ${priceText(size)}`;
  return (
    <tr>
      <th scope="row">{exchange}</th>
      <td>{quote === null ? ABSENT : sized(quote.bid, quote.bidSize)}</td>
      <td>{quote === null ? ABSENT : sized(quote.ask, quote.askSize)}</td>
      <td>{quote === null ? ABSENT : ageText(Math.max(0, nowSeconds * 1_000 - quote.seq / 1_000))}</td>
      <td class={state === 'fresh' ? 'good' : 'bad'}>{t(`pair.quote.${state}`)}</td>
    </tr>
  );
}

export function PairStatistics({ row }: { readonly row: number | undefined }) {
  const all = table.value;
  return (
    <section class="facts-box" aria-labelledby="statistics-title">
      <h3 id="statistics-title">{t('pair.statistics')}</h3>
      {all === null || row === undefined ? (
        <p>{t('pair.verdict.none')}</p>
      ) : (
        <>
          <p class="verdict">{verdictWords(all, row)}</p>
          <dl>
            {factsOf(row).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

function factsOf(row: number): readonly (readonly [name: string, value: string])[] {
  const all = table.value;
  if (all === null) return [];
  const of = (column: Parameters<typeof statistic>[1]): number => statistic(all, column, row);
  const seconds = (value: number): string => (Number.isFinite(value) ? durationText(value * 1_000) : ABSENT);
  const cycles = of('cycles_up_040bp') + of('cycles_down_040bp');
  return [
    [t('pair.fact.netCycles'), cyclesText(of('net_cycles'))],
    [t('pair.fact.netGain'), percentText(of('net_gain_pct'))],
    [t('pair.fact.cycles'), cyclesText(cycles / of('covered_hours'))],
    [t('pair.fact.above'), shareText(of('time_above_040bp_pct'))],
    [t('pair.fact.halfLife'), seconds(of('half_life_sec'))],
    [t('pair.fact.mean'), percentText(of('spread_mean_pct'))],
    [
      t('pair.fact.percentiles'),
      [of('spread_p01_pct'), of('spread_p50_pct'), of('spread_p99_pct')].map(percentText).join(', '),
    ],
    [t('pair.fact.extremes'), [of('spread_min_pct'), of('spread_max_pct')].map(percentText).join(', ')],
    [t('pair.fact.percentile'), shareText(percentileNow(all, now.value, row))],
    [t('pair.fact.covered'), seconds(of('covered_hours') * 3_600)],
    [t('pair.fact.cost'), shareText(all.reply.costPercent[row]!)],
    [t('pair.fact.file'), all.reply.file ?? ABSENT],
  ];
}
