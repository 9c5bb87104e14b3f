// What the lake says of itself, each fact a name and words: size, growth, how long the disk lasts, what is kept and compacted.

import type { LakeReply } from '../../src/api/contract.js';
import { ABSENT, bytesText, durationText, momentText } from '../format.js';
import { count, numberText, t } from '../i18n/words.js';
import { outlookOf } from '../state/lake-outlook.js';
import { Said } from './freshness.js';
import { Figure } from './process-facts.js';

/** Nobody plans beyond that. */
const DAYS_MAX = 3_650;

export function LakeFacts({ lake }: { lake: LakeReply }) {
  const { troubles, oldest, newest, underWay, broken, skipped } = lake;
  const span =
    oldest === null || newest === null
      ? t('lake.span.none')
      : t('lake.span.value', { days: count('place.days', lake.daysTotal), oldest, newest });
  const what = t('lake.what.value', {
    exchanges: count('place.exchanges', lake.exchanges),
    symbols: count('place.symbols', lake.symbols),
    instruments: count('instruments', lake.instruments),
  });
  const sized = ({ bytes, files }: LakeReply['broken']) => ({
    bytes: bytesText(bytes),
    files: count('place.files', files),
  });
  return (
    <section class="sheet-box" aria-label={t('lake.facts')}>
      {troubles.length > 0 && (
        <ul class="troubles" aria-label={t('lake.troubles')}>
          {troubles.map((trouble) => (
            <li key={trouble}>
              <Said text={trouble} />
            </li>
          ))}
        </ul>
      )}
      <dl class="figures wide">
        <Figure name={t('lake.size')} value={t('lake.size.value', sized(lake))} />
        <Figure name={t('lake.growth')} value={growthText(lake)} />
        <Figure name={t('lake.full')} value={outlookText(lake)} />
        <Figure name={t('lake.span')} value={span} />
        <Figure name={t('lake.what')} value={what} />
        <Figure
          name={t('lake.since')}
          value={t('lake.since.value', { quotes: count('place.quotes', lake.recordedSinceStart) })}
        />
        <Figure name={t('lake.underWay')} value={t('lake.underWay.value', sized(underWay))} />
        <Figure name={t('lake.journal')} value={journalText(lake)} />
        <Figure name={t('lake.compaction')} value={compactionText(lake)} />
        <Figure name={t('lake.kept')} value={keptText(lake)} />
        {broken.files > 0 && <Figure name={t('lake.broken')} value={t('lake.broken.value', sized(broken))} />}
        {skipped > 0 && (
          <Figure
            name={t('lake.skipped')}
            value={t('lake.skipped.value', { files: count('place.files', skipped) })}
          />
        )}
      </dl>
    </section>
  );
}

function growthText({ growthBytesPerDay, growthDays }: LakeReply): string {
  if (growthBytesPerDay === null) return t('lake.growth.none');
  return t('lake.growth.value', {
    bytes: bytesText(growthBytesPerDay),
    days: count('place.days', growthDays),
  });
}

function outlookText(lake: LakeReply): string {
  const outlook = outlookOf(lake);
  if (lake.freeBytes === null) return t('lake.full.nothing');
  const free = bytesText(lake.freeBytes);
  switch (outlook.kind) {
    case 'unknown':
      return t('lake.full.unknown', { free });
    case 'still':
      return t('lake.full.still', { free });
    case 'bytes-max':
      return t('lake.full.bytesMax', { bytes: bytesText(outlook.bytes), free });
    case 'retention':
      return t('lake.full.retention', { days: count('place.days', outlook.days), free });
    case 'days':
      if (outlook.days > DAYS_MAX) return t('lake.full.centuries', { free });
      return t('lake.full.in', { days: count('place.days', outlook.days), free });
  }
}

function journalText({ recording, journal }: LakeReply): string {
  if (!recording) return ABSENT;
  const ms = (value: number | null): string => (value === null ? ABSENT : durationText(value));
  const parts = [
    t('lake.journal.value', {
      bytes: bytesText(journal.waitingBytes),
      unsynced: ms(journal.unsyncedMs),
      sync: ms(journal.lastSyncMs),
    }),
  ];
  if (journal.droppedQuotes > 0)
    parts.push(t('lake.journal.lost', { quotes: count('place.quotes', journal.droppedQuotes) }));
  return parts.join(' · ');
}

function compactionText({ care, at }: LakeReply): string {
  if (care === null) return t('lake.compaction.off');
  const { lastCompaction: last, running, daysWaiting } = care;
  const parts =
    last === null
      ? [t('lake.compaction.none')]
      : [
          t('lake.compaction.value', {
            time: momentText(Date.parse(last.at) / 1_000, Date.parse(at) / 1_000),
            days: count('place.days', last.days),
            filesBefore: numberText(last.filesBefore),
            filesAfter: numberText(last.filesAfter),
            bytesBefore: bytesText(last.bytesBefore),
            bytesAfter: bytesText(last.bytesAfter),
          }),
        ];
  if (running) parts.push(t('lake.compaction.running'));
  if (daysWaiting > 0) parts.push(t('lake.compaction.waiting', { days: count('place.days', daysWaiting) }));
  return parts.join(' · ');
}

function keptText({ kept, care }: LakeReply): string {
  const { retentionDays, bytesMax, hotDays } = kept;
  const parts = [retentionDays === null ? t('lake.kept.all') : count('place.days', retentionDays)];
  if (bytesMax !== null) parts.push(t('lake.kept.bytes', { bytes: bytesText(bytesMax) }));
  if (care !== null) parts.push(t('lake.kept.hot', { days: count('place.days', hotDays) }));
  if (care !== null && care.daysRemoved > 0)
    parts.push(t('lake.kept.removed', { days: count('place.days', care.daysRemoved) }));
  return parts.join(' · ');
}
