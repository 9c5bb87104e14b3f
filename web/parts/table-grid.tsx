// The rows of the table of pairs: only those in sight are in the page, however many there are, and one that did not change is not
// made anew.

import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { count, t } from '../i18n/words.js';
import type { Column } from '../state/columns.js';
import { route, setParams } from '../state/route.js';
import { wantSparklines } from '../state/sparklines.js';
import { problem, table } from '../state/table.js';
import { choiceOf, shownColumns } from '../state/table-choice.js';
import { TableRow } from './table-row.js';

export const ROW_PX = 28;
const STAR_PX = 22;
const SPARK_PX = 96;
const GAP_PX = 8;
/** Above and below what is in sight. */
const MORE_ROWS = 4;

interface GridProps {
  readonly order: readonly number[];
  readonly selected: Signal<string | null>;
  readonly scroller: { current: HTMLDivElement | null };
  readonly pinned: ReadonlySet<string>;
}

export function TableGrid({ order, selected, scroller, pinned }: GridProps) {
  const top = useSignal(0);
  const height = useSignal(400);
  const columns = shownColumns.value;
  const first = Math.max(0, Math.floor(top.value / ROW_PX) - MORE_ROWS);
  const inSight = order.slice(first, first + Math.ceil(height.value / ROW_PX) + 2 * MORE_ROWS);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => {
      height.value = element.clientHeight;
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const live = table.value?.reply.live ?? 0;
  wantSparklines(inSight.filter((row) => row < live));
  const tracks = columns.map(({ width, value }) =>
    value === undefined ? `minmax(${width}px, 1fr)` : `${width}px`,
  );
  // All rows are equally wide: else each would share out its own room.
  const widthPx = columns.reduce((sum, { width }) => sum + width + GAP_PX, STAR_PX + SPARK_PX + 3 * GAP_PX);
  return (
    <div
      ref={scroller}
      class={problem.value === null ? 'grid' : 'grid old'}
      role="table"
      aria-label={t('table.label')}
      aria-rowcount={order.length + 1}
      aria-colcount={columns.length + 2}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
      tabIndex={0}
      style={{ '--tracks': `${STAR_PX}px ${tracks.join(' ')} ${SPARK_PX}px`, '--width': `${widthPx}px` }}
      onScroll={({ currentTarget }) => {
        top.value = currentTarget.scrollTop;
      }}
    >
      <Head columns={columns} />
      {order.length === 0 ? (
        <Nothing />
      ) : (
        <div class="rows" role="rowgroup" style={{ height: `${order.length * ROW_PX}px` }}>
          {inSight.map((row, at) => (
            <TableRow
              key={row}
              row={row}
              rowPx={ROW_PX}
              place={first + at}
              columns={columns}
              isSelected={table.value?.keys[row] === selected.value}
              isPinned={pinned.has(table.value?.keys[row] ?? '')}
              selected={selected}
            />
          ))}
        </div>
      )}
    </div>
  );
}

function Head({ columns }: { columns: readonly Column[] }) {
  const { sort } = choiceOf(route.value.params);
  const by = sort.replace('-', '');
  const isDescending = sort.startsWith('-');
  const sortBy = ({ id, value }: Column): void => {
    const opposite = isDescending ? id : `-${id}`;
    setParams({ sort: id === by ? opposite : value === undefined ? id : `-${id}` });
  };
  return (
    <div class="head" role="rowgroup">
      <div class="row" role="row" aria-rowindex={1}>
        <span role="columnheader" aria-label={t('table.pin')}>
          ★
        </span>
        {columns.map((column) => (
          <span
            key={column.id}
            role="columnheader"
            class={column.value === undefined ? 'name' : 'number'}
            aria-sort={column.id === by ? (isDescending ? 'descending' : 'ascending') : undefined}
          >
            <button
              type="button"
              class="plain"
              title={t(column.hint)}
              aria-label={t('table.sortBy', { column: t(column.title) })}
              onClick={() => sortBy(column)}
            >
              {t(column.title)}
              {column.id === by && <span aria-hidden="true">{isDescending ? ' ↓' : ' ↑'}</span>}
            </button>
          </span>
        ))}
        <span role="columnheader" title={t('column.sparkline.hint')}>
          {t('column.sparkline')}
        </span>
      </div>
    </div>
  );
}

function Nothing() {
  const all = table.value;
  if (all === null)
    return (
      <p class="nothing">
        {problem.value === null ? t('table.loading') : t('common.failed', { why: problem.value })}
      </p>
    );
  if (all.rows === 0) return <p class="nothing">{t('table.nothing')}</p>;
  return (
    <p class="nothing">
      {t('table.noneChosen', { total: count('pairs', all.rows) })}{' '}
      <button type="button" onClick={() => setParams({ q: null, only: null })}>
        {t('table.showAll')}
      </button>
    </p>
  );
}
