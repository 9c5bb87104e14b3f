// Which view takes the place of table and charts. Each is loaded when it is looked at for the first time: the overview does not wait
// for what is not on it.

import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import type { PairName } from '../../src/api/contract.js';
import { t } from '../i18n/words.js';
import { route, type View } from '../state/route.js';

type Shown = ComponentType<PairName>;

const LOADERS: Readonly<Partial<Record<View, () => Promise<Shown>>>> = {
  exchanges: async () => (await import('./exchanges.js')).ExchangesView,
  lake: async () => (await import('./lake.js')).LakeView,
  alerts: async () => (await import('./alerts.js')).AlertsView,
  pair: async () => (await import('./pair.js')).PairView,
};

export function OtherView() {
  const { view, names } = route.value;
  const shown = useSignal<{ readonly view: View; readonly Shown: Shown } | null>(null);
  const failed = useSignal<string | null>(null);
  const tries = useSignal(0);
  useEffect(() => {
    failed.value = null;
    // Of the view that one has left meanwhile nothing is shown.
    let isOver = false;
    LOADERS[view]?.().then(
      (Shown) => {
        if (!isOver) shown.value = { view, Shown };
      },
      (error: unknown) => {
        if (!isOver) failed.value = error instanceof Error ? error.message : String(error);
      },
    );
    return () => {
      isOver = true;
    };
  }, [view, tries.value]);
  if (failed.value !== null)
    return (
      <p class="notice" role="alert">
        {t('common.failed', { why: failed.value })}{' '}
        <button
          type="button"
          onClick={() => {
            tries.value += 1;
          }}
        >
          {t('common.retry')}
        </button>
      </p>
    );
  if (shown.value?.view !== view) return <p class="nothing">{t('common.loading')}</p>;
  const { Shown } = shown.value;
  const [symbol = '', exchange1 = '', exchange2 = ''] = names;
  // Another pair is another view: nothing of the one before stays.
  return <Shown key={names.join('|')} symbol={symbol} exchange1={exchange1} exchange2={exchange2} />;
}
