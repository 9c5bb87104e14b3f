// One pair: its spreads and both legs' prices over any stretch of time, live where that reaches to now; its cycles, what is covered, what
// the statistics say. Range and lines are in the address.

import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { PairName } from '../../src/api/contract.js';
import { clock } from '../charts/section.js';
import { t } from '../i18n/words.js';
import { onKeys } from '../parts/keys.js';
import { PairBar, PairHead } from '../parts/pair-bar.js';
import { PairCharts } from '../parts/pair-charts.js';
import { PairExplain } from '../parts/pair-explain.js';
import { LegsNow, PairStatistics } from '../parts/pair-facts.js';
import { askPair, type PairData } from '../state/pair-data.js';
import { PairLive } from '../state/pair-live.js';
import { rangeOf } from '../state/pair-range.js';
import { currentRange, linesOf, rangeKeys } from '../state/pair-view.js';
import { route } from '../state/route.js';
import { keyOf, table } from '../state/table.js';

/** History has made a point of more rows by then, and takes over from the live ones. */
const REREAD_MS = 60_000;

export function PairView({ symbol, exchange1, exchange2 }: PairName) {
  const name = { symbol, exchange1, exchange2 };
  const live = useRef<PairLive | null>(null);
  live.current ??= new PairLive(name);
  const data = useSignal<PairData | null>(null);
  const failed = useSignal<string | null>(null);
  const isAsking = useSignal(true);
  const again = useSignal(0);
  const params = useComputed(() => route.value.params.toString());
  const row = table.value?.rowOf.get(keyOf(symbol, exchange1, exchange2));
  useEffect(() => () => live.current?.close(), []);
  useSignalEffect(() => {
    void again.value;
    void live.current?.returns.value;
    const query = new URLSearchParams(params.value);
    const range = rangeOf(query, clock.nowSeconds());
    const abort = new AbortController();
    isAsking.value = true;
    askPair(name, range, linesOf(query), abort.signal)
      .then((found) => {
        live.current?.forgetUntil(
          Math.min(range.to, found.lines.bid?.timestamps.at(-1) ?? Number.NEGATIVE_INFINITY),
        );
        data.value = found;
        failed.value = null;
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) failed.value = error instanceof Error ? error.message : String(error);
      })
      .finally(() => {
        if (!abort.signal.aborted) isAsking.value = false;
      });
    return () => abort.abort();
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden && currentRange().span !== null) again.value += 1;
    }, REREAD_MS);
    // While nobody looked more may have come than is kept.
    const seen = (): void => {
      if (!document.hidden && currentRange().span !== null) again.value += 1;
    };
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, []);
  useEffect(() => onKeys(rangeKeys), []);
  const askAgain = (): void => {
    again.value += 1;
  };
  return (
    <article class="pair-view" aria-labelledby="pair-title">
      <PairHead {...name} row={row} />
      <PairBar {...name} />
      {failed.value !== null && (
        <p class="notice" role="alert">
          {t('common.failed', { why: failed.value })}{' '}
          <button type="button" onClick={askAgain}>
            {t('common.retry')}
          </button>
        </p>
      )}
      {(data.value?.problems.length ?? 0) > 0 && (
        <p class="notice">{t('pair.partial', { why: data.value?.problems.join('; ') ?? '' })}</p>
      )}
      <p class="facts" role="status">
        {isAsking.value && data.value === null ? t('pair.loading') : ''}
        {t(`pair.live.${live.current.state.value}`)}
      </p>
      {data.value !== null && (
        <PairCharts name={name} data={data.value} live={live.current} costPercent={costOf(row)} />
      )}
      <div class="facts-boxes">
        <Seconds live={live.current} exchanges={[exchange1, exchange2]} />
        <PairExplain {...name} />
        <PairStatistics row={row} />
      </div>
    </article>
  );
}

function costOf(row: number | undefined): number | null {
  return (row === undefined ? undefined : table.value?.reply.costPercent[row]) ?? null;
}

/** Ages grow by themselves. */
function Seconds({
  live,
  exchanges,
}: {
  readonly live: PairLive;
  readonly exchanges: readonly [string, string];
}) {
  const nowSeconds = useSignal(clock.nowSeconds());
  useEffect(() => {
    const timer = setInterval(() => {
      nowSeconds.value = clock.nowSeconds();
    }, 500);
    return () => clearInterval(timer);
  }, []);
  return <LegsNow live={live} exchanges={exchanges} nowSeconds={nowSeconds.value} />;
}
