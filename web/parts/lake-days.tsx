// Bytes of each day of the lake, as bars and as a table. A day without a file is an empty place, not a shorter axis.

import { useState } from 'preact/hooks';
import type { LakeDay, LakeReply } from '../../src/api/contract.js';
import { bytesText } from '../format.js';
import { count, numberText, t } from '../i18n/words.js';
import { Cell } from './freshness.js';

const BARS_MAX = 60;
const DAY_MS = 86_400_000;

interface Bar {
  readonly date: string;
  /** Null where the lake has nothing of it. */
  readonly day: LakeDay | null;
}

export function LakeDays({ lake: { days, daysTotal, recording } }: { lake: LakeReply }) {
  if (days.length === 0) return <p class="not-yet">{t(recording ? 'lake.empty' : 'lake.emptyRead')}</p>;
  const bars = barsOf(days);
  const largest = days.reduce((most, day) => (day.bytes > most.bytes ? day : most));
  const last = days.at(-1)!;
  const summary = t('lake.days.summary', {
    days: count('place.days', days.length),
    oldest: days[0]!.date,
    newest: last.date,
    date: largest.date,
    bytes: bytesText(largest.bytes),
    last: bytesText(last.bytes),
  });
  const tallest = Math.max(...bars.map(({ day }) => day?.bytes ?? 0), 1);
  return (
    <section class="sheet-box" aria-labelledby="days-title">
      <h3 id="days-title">{t('lake.days')}</h3>
      <div class="bars" role="img" aria-label={summary} style={{ '--bars': bars.length }}>
        {bars.map(({ date, day }) => (
          <span key={date} class="bar-place" title={dayText(date, day)}>
            {day !== null && (
              <span
                class={`bar-day ${day.compacted ? 'compacted' : ''}`}
                style={{ height: `${Math.max(1, (day.bytes / tallest) * 100)}%` }}
              />
            )}
          </span>
        ))}
      </div>
      <div class="bar-axis facts" style={{ '--bars': bars.length }}>
        <span>{bars[0]!.date}</span>
        <span>
          <i class="bar-key" aria-hidden="true" /> {t('lake.days.plain')}
          {days.some(({ compacted }) => compacted) && (
            <>
              {' '}
              <i class="bar-key compacted" aria-hidden="true" /> {t('lake.days.compacted')}
            </>
          )}
        </span>
        <span>{bars.length > 1 && bars.at(-1)!.date}</span>
      </div>
      <p class="facts">
        {summary}
        {daysTotal > bars.length && (
          <>
            {'. '}
            {t('lake.days.older', {
              shown: numberText(bars.length),
              total: count('place.days', daysTotal),
              listed: numberText(days.length),
            })}
          </>
        )}
      </p>
      <DayTable days={days} />
    </section>
  );
}

function DayTable({ days }: { days: readonly LakeDay[] }) {
  const [isOpen, setOpen] = useState(false);
  const heads = ['date', 'bytes', 'files', 'instruments', 'compacted'] as const;
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('place.asTable')}</summary>
      {isOpen && (
        <table class="sheet" aria-label={t('lake.days')}>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {t(`lake.day.${head}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map(({ date, bytes, files, instruments, compacted }) => (
              <tr key={date}>
                <th scope="row">{date}</th>
                <Cell head={t('lake.day.bytes')}>{bytesText(bytes)}</Cell>
                <Cell head={t('lake.day.files')}>{numberText(files)}</Cell>
                <Cell head={t('lake.day.instruments')}>{numberText(instruments)}</Cell>
                <Cell head={t('lake.day.compacted')}>{t(compacted ? 'common.yes' : 'common.no')}</Cell>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}

/** Calendar days up to the newest one of the lake. */
function barsOf(days: readonly LakeDay[]): readonly Bar[] {
  const known = new Map(days.map((day) => [day.date, day]));
  const newestMs = Date.parse(days.at(-1)!.date);
  const oldestMs = Math.max(Date.parse(days[0]!.date), newestMs - (BARS_MAX - 1) * DAY_MS);
  const bars: Bar[] = [];
  for (let ms = oldestMs; ms <= newestMs; ms += DAY_MS) {
    const date = new Date(ms).toISOString().slice(0, 10);
    bars.push({ date, day: known.get(date) ?? null });
  }
  return bars;
}

function dayText(date: string, day: LakeDay | null): string {
  if (day === null) return t('lake.day.none', { date });
  return t(day.compacted ? 'lake.day.oneCompacted' : 'lake.day.one', {
    date,
    bytes: bytesText(day.bytes),
    files: count('place.files', day.files),
    instruments: count('instruments', day.instruments),
  });
}
