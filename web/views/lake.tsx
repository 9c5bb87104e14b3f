// The view of the lake: what it holds and how it grows, its days, and how much of each hour was covered. Which stretch of hours and
// which exchange is open is the address.

import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/words.js';
import { Freshness, NotYet } from '../parts/freshness.js';
import { Heat } from '../parts/heat.js';
import { onKeys } from '../parts/keys.js';
import { LakeDays } from '../parts/lake-days.js';
import { LakeFacts } from '../parts/lake-facts.js';
import { focusOpener, moveAmongOpeners } from '../parts/openers.js';
import { readCoverage, readLake, readProcess } from '../state/place-replies.js';
import { usePolled } from '../state/poll.js';
import { route, setParams } from '../state/route.js';

const POLL_MS = 5_000;
/** The server works these out once a minute at most. */
const COVERAGE_POLL_MS = 30_000;
const DAYS = [2, 7] as const;

export function LakeView() {
  const root = useRef<HTMLElement>(null);
  const lake = usePolled('/api/lake', POLL_MS, readLake);
  // Says what time it is there: how long ago the folders were looked at is not told by the lake itself.
  const health = usePolled('/api/health', POLL_MS, readProcess, true);
  useEffect(() => onKeys(keysOf(root)), []);
  const { value } = lake;
  const atSeconds = Date.parse(value?.at ?? '') / 1_000;
  return (
    <section ref={root as never} class="place" aria-labelledby="place-title">
      <div class="place-head">
        <h2 id="place-title">{t('nav.lake')}</h2>
        {value !== null && (
          <p class="facts">
            {value.root} · {t(value.recording ? 'lake.recording' : 'lake.reading')}
          </p>
        )}
        <Freshness polled={lake} atSeconds={atSeconds} ageSeconds={lagOf(atSeconds, lake.readMs, health)} />
      </div>
      {value === null ? (
        <NotYet polled={lake} loading={t('lake.loading')} />
      ) : (
        <div class={`parts ${lake.problem === null ? '' : 'old'}`}>
          <LakeFacts lake={value} />
          <LakeDays lake={value} />
        </div>
      )}
      <Coverage />
      <p class="facts key-hint">{t('place.keyHint')}</p>
    </section>
  );
}

function keysOf(root: { readonly current: HTMLElement | null }) {
  return {
    next: () => moveAmongOpeners(root.current, 1),
    previous: () => moveAmongOpeners(root.current, -1),
    back: () => {
      const open = route.value.params.get('open');
      const { activeElement } = document;
      if (open !== null) {
        setParams({ open: null });
        focusOpener(root.current, open);
      } else if (activeElement instanceof HTMLElement) activeElement.blur();
    },
  };
}

/** How old an answer was when it came, seconds; 0 while the server's time is not known. */
function lagOf(
  atSeconds: number,
  readMs: number,
  {
    value,
    readMs: toldMs,
  }: { readonly value: { readonly timestamp: string } | null; readonly readMs: number },
): number {
  if (value === null) return 0;
  const thereSeconds = Date.parse(value.timestamp) / 1_000 + (readMs - toldMs) / 1_000;
  return Math.max(0, thereSeconds - atSeconds) || 0;
}

function Coverage() {
  const { params } = route.value;
  const days = DAYS.find((one) => `${one}` === params.get('days')) ?? DAYS[0];
  const open = params.get('open');
  const all = usePolled(`/api/lake/coverage?days=${days}`, COVERAGE_POLL_MS, readCoverage);
  const query = new URLSearchParams({ days: `${days}`, exchange: open ?? '' });
  const symbols = usePolled(
    open === null ? null : `/api/lake/coverage?${query}`,
    COVERAGE_POLL_MS,
    readCoverage,
  );
  const toggle = (name: string): void => setParams({ open: open === name ? null : name });
  const choice = (value: (typeof DAYS)[number]) => (
    <button
      type="button"
      class="toggle"
      aria-pressed={days === value}
      onClick={() => setParams({ days: value === DAYS[0] ? null : `${value}` })}
    >
      {t(value === 2 ? 'heat.days2' : 'heat.days7')}
    </button>
  );
  return (
    <section class="sheet-box" aria-labelledby="heat-title">
      <div class="place-head">
        <h3 id="heat-title">{t('heat.title')}</h3>
        <fieldset class="choice">
          <legend>{t('heat.range')}</legend>
          {DAYS.map(choice)}
        </fieldset>
        <p class="facts">{t('heat.kept')}</p>
        <Freshness polled={all} atSeconds={Number.NaN} />
      </div>
      {all.value === null ? (
        <NotYet polled={all} loading={t('heat.loading')} />
      ) : (
        <Heat
          reply={all.value}
          isOld={all.problem !== null}
          head={t('heat.exchange')}
          open={open}
          toggle={toggle}
        />
      )}
      {open !== null && (
        <section class="symbols" aria-labelledby="symbols-title">
          <div class="place-head">
            <h3 id="symbols-title">{t('heat.of', { name: open })}</h3>
            <button type="button" onClick={() => toggle(open)}>
              {t('heat.closeSymbols', { name: open })}
            </button>
          </div>
          {symbols.value === null ? (
            <NotYet polled={symbols} loading={t('heat.loading')} />
          ) : (
            <Heat
              key={open}
              reply={symbols.value}
              isOld={symbols.problem !== null}
              head={t('heat.symbol')}
              open={null}
              toggle={null}
            />
          )}
        </section>
      )}
    </section>
  );
}
