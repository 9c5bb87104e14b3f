// Above the table of pairs: search, marks, freeze, columns, and what it is as of.

import { clockText, ZONE_SUFFIX } from '../format.js';
import { count, numberText, t } from '../i18n/words.js';
import { COLUMNS } from '../state/columns.js';
import { route } from '../state/route.js';
import { choose } from '../state/settings.js';
import { now, problem, table } from '../state/table.js';
import {
  choiceOf,
  isFrozen,
  type Mark,
  shownColumns,
  toggleFrozen,
  toggleMark,
} from '../state/table-choice.js';
import { SearchField } from './search-field.js';

interface TableToolsProps {
  readonly search: { current: HTMLInputElement | null };
  readonly shown: number;
}

export function TableTools({ search, shown }: TableToolsProps) {
  const { params } = route.value;
  const choice = choiceOf(params);
  const all = table.value;
  const mark = (name: Mark, hint: string) => (
    <button
      type="button"
      class="toggle"
      aria-pressed={choice[name]}
      title={hint}
      onClick={() => toggleMark(name)}
    >
      {t(`table.${name}`)}
    </button>
  );
  return (
    <div class="tools">
      <SearchField field={search} />
      {mark('recommended', t('table.recommended.hint', { cycles: all?.reply.minCycles ?? 40 }))}
      {mark('tradable', t('table.tradable.hint'))}
      {mark('pinned', t('table.pinned'))}
      <button
        type="button"
        class="toggle"
        aria-pressed={isFrozen()}
        aria-keyshortcuts="f"
        title={t('table.freeze.hint')}
        onClick={toggleFrozen}
      >
        {t('table.freeze')}
      </button>
      <ColumnChoice />
      <p class="facts" role="status">
        {all !== null && t('common.of', { count: numberText(shown), total: count('pairs', all.rows) })}
      </p>
      <AsOf />
    </div>
  );
}

function AsOf() {
  const atSeconds = now.value?.atSeconds ?? Number.NaN;
  const time = Number.isNaN(atSeconds) ? '' : `${clockText(atSeconds)}${ZONE_SUFFIX}`;
  if (problem.value !== null)
    return (
      <p class="facts bad" role="alert">
        {t('common.notNow', { why: problem.value })}
      </p>
    );
  return <p class="facts">{time !== '' && t('common.asOf', { time })}</p>;
}

function ColumnChoice() {
  const shown = new Set(shownColumns.value.map(({ id }) => id));
  const toggle = (id: string): void => {
    const next = COLUMNS.filter((column) => (column.id === id) !== shown.has(column.id)).map(
      (column) => column.id,
    );
    choose({ hidden: COLUMNS.map((column) => column.id).filter((one) => !next.includes(one)) });
  };
  return (
    <details class="menu">
      <summary>{t('table.columns')}</summary>
      <div class="menu-body">
        {COLUMNS.slice(1).map(({ id, title, hint }) => (
          <label key={id} title={t(hint)}>
            <input type="checkbox" checked={shown.has(id)} onChange={() => toggle(id)} /> {t(title)}
          </label>
        ))}
      </div>
    </details>
  );
}
