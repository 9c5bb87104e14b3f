// One row of the table of pairs.

import type { Signal } from '@preact/signals';
import { t } from '../i18n/words.js';
import { type Column, isTradable } from '../state/columns.js';
import { addressOfPair } from '../state/route.js';
import { togglePinned } from '../state/settings.js';
import { sparklineOf, sparklinesVersion } from '../state/sparklines.js';
import { now, table } from '../state/table.js';
import { copy } from './toasts.js';

interface RowProps {
  readonly row: number;
  readonly rowPx: number;
  readonly place: number;
  readonly columns: readonly Column[];
  readonly isSelected: boolean;
  readonly isPinned: boolean;
  readonly selected: Signal<string | null>;
}

export function TableRow({ row, rowPx, place, columns, isSelected, isPinned, selected }: RowProps) {
  const all = table.value;
  const present = now.value;
  // Told by it when the row's line has come.
  void sparklinesVersion.value;
  if (all === null || row >= all.rows) return null;
  const { symbol, exchange1, exchange2 } = all.reply;
  const pair = `${symbol[row]} ${exchange1[row]} / ${exchange2[row]}`;
  const select = (): void => {
    selected.value = all.keys[row]!;
  };
  return (
    <div
      class={`row ${isSelected ? 'selected' : ''} ${isTradable(present, row) ? 'tradable' : ''}`}
      role="row"
      aria-rowindex={place + 2}
      aria-current={isSelected ? 'true' : undefined}
      style={{ transform: `translateY(${place * rowPx}px)` }}
    >
      <span role="cell">
        <button
          type="button"
          class="plain star"
          aria-pressed={isPinned}
          aria-label={t('table.pinOf', { pair })}
          onClick={() => togglePinned(all.keys[row]!)}
        >
          {isPinned ? '★' : '☆'}
        </button>
      </span>
      {columns.map((column) => {
        const text = column.text(all, present, row);
        if (column.id === 'symbol')
          return (
            <span key="symbol" role="cell" class="name">
              <a href={addressOfPair(symbol[row]!, exchange1[row]!, exchange2[row]!)} onFocus={select}>
                {text}
              </a>
            </span>
          );
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: `c` copies the row
          <span
            key={column.id}
            role="cell"
            class={classOf(column)}
            title={column.id === 'state' ? text : undefined}
            onClick={() => {
              select();
              void copy(text);
            }}
          >
            {text}
          </span>
        );
      })}
      <span role="cell">
        <svg class="spark" viewBox="0 0 96 20" aria-hidden="true">
          <path d={sparklineOf(row)} />
        </svg>
      </span>
    </div>
  );
}

function classOf({ id, value }: Column): string {
  if (id === 'state') return 'name judged';
  return `${value === undefined ? 'name' : 'number'}${id === 'net' ? ' net' : ''}`;
}
