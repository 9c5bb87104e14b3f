// The table of pairs: searched, chosen, sorted, frozen, by mouse and keys. Only rows in sight are in the page, however many there
// are; order and choice are worked out once a second at most.

import { computed, type Signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { clockText, ZONE_SUFFIX } from '../format.js';
import { count, numberText, t } from '../i18n/words.js';
import { onKeys } from '../parts/keys.js';
import { copy } from '../parts/toasts.js';
import { COLUMNS, type Column, refusalOf } from '../state/columns.js';
import { addressOfPair, go, route, setParams } from '../state/route.js';
import { type Choice, chosenRows } from '../state/rows.js';
import { choose, settings, togglePinned } from '../state/settings.js';
import { forgetSparklines, sparklineOf, sparklinesVersion, wantSparklines } from '../state/sparklines.js';
import { now, problem, type Table, table } from '../state/table.js';

const ROW_PX = 28;
const STAR_PX = 22;
const SPARK_PX = 96;
const GAP_PX = 8;
/** Above and below what is in sight. */
const MORE_ROWS = 4;
const NARROW = matchMedia('(max-width: 700px)');
const SORT_DEFAULT = '-net';

function choiceOf(params: URLSearchParams): Choice {
  const only = (params.get('only') ?? '').split(',');
  return {
    words: params.get('q') ?? '',
    recommended: only.includes('recommended'),
    tradable: only.includes('tradable'),
    pinned: only.includes('pinned'),
    sort: params.get('sort') ?? SORT_DEFAULT,
  };
}

type Mark = 'recommended' | 'tradable' | 'pinned';

function toggleMark(mark: Mark): void {
  const only = (route.value.params.get('only') ?? '').split(',').filter((one) => one !== '');
  const rest = only.filter((one) => one !== mark);
  setParams({ only: (rest.length < only.length ? rest : [...only, mark]).join() });
}

function isFrozen(): boolean {
  return route.value.params.get('freeze') === '1';
}

function toggleFrozen(): void {
  setParams({ freeze: isFrozen() ? null : '1' });
}

/** The same list as long as nobody chooses another: rows are then not made anew. */
const shownColumns = computed((): readonly Column[] => {
  const { hidden } = settings.value;
  // Which are hidden on a narrow screen from the beginning is chosen by nobody: another choice is.
  const untouched = hidden.length === 0 && NARROW.matches;
  return COLUMNS.filter(({ id, isMinor }) => !hidden.includes(id) && !(untouched && isMinor));
});

export function PairTable() {
  const order = useSignal<readonly number[]>([]);
  /** Key of the pair that the keys work on. */
  const selected = useSignal<string | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const pinned = useComputed(() => new Set(settings.value.pinned));
  const orderedBy = useRef('');
  useSignalEffect(() => {
    const all = table.value;
    const present = now.value;
    if (all === null) return;
    const choice = choiceOf(route.value.params);
    const asked = JSON.stringify([choice, all.reply.file, all.rows]);
    // A frozen order stays until something else is asked for.
    if (isFrozen() && asked === orderedBy.current) return;
    orderedBy.current = asked;
    order.value = chosenRows(all, present, choice, pinned.value);
  });
  useSignalEffect(() => {
    void table.value;
    forgetSparklines();
  });
  useEffect(() => onKeys(keysOf({ order, selected, search, scroller })), []);
  return (
    <section class="table-view" aria-label={t('table.label')}>
      <Tools search={search} shown={order.value.length} />
      <Grid order={order.value} selected={selected} scroller={scroller} pinned={pinned.value} />
    </section>
  );
}

interface Working {
  readonly order: { readonly value: readonly number[] };
  readonly selected: Signal<string | null>;
  readonly search: { readonly current: HTMLInputElement | null };
  readonly scroller: { readonly current: HTMLDivElement | null };
}

function keysOf({ order, selected, search, scroller }: Working) {
  const place = (): number => {
    const row = table.value?.rowOf.get(selected.value ?? '');
    return row === undefined ? -1 : order.value.indexOf(row);
  };
  const move = (by: number): void => {
    const next = Math.min(order.value.length - 1, Math.max(0, place() + by));
    const row = order.value[next];
    if (row === undefined) return;
    selected.value = table.value?.keys[row] ?? null;
    reveal(scroller.current, next);
  };
  const withRow = (work: (all: Table, row: number) => void) => (): void => {
    const row = order.value[place()];
    if (table.value !== null && row !== undefined) work(table.value, row);
  };
  return {
    search: () => search.current?.focus(),
    next: () => move(1),
    previous: () => move(place() < 0 ? 0 : -1),
    open: withRow(open),
    back: () => {
      if (document.activeElement === search.current) search.current?.blur();
      else if (route.value.params.get('q') !== null) setParams({ q: null });
      else selected.value = null;
    },
    pin: withRow((all, row) => togglePinned(all.keys[row]!)),
    freeze: toggleFrozen,
    copy: withRow(
      (all, row) => void copy(shownColumns.value.map(({ text }) => text(all, now.value, row)).join('\t')),
    ),
    recommended: () => toggleMark('recommended'),
    tradable: () => toggleMark('tradable'),
  };
}

function open({ reply }: Table, row: number): void {
  go(addressOfPair(reply.symbol[row]!, reply.exchange1[row]!, reply.exchange2[row]!));
}

function reveal(scroller: HTMLDivElement | null, place: number): void {
  if (scroller === null) return;
  const top = place * ROW_PX;
  // The head of the table lies over the first row in sight.
  const bottom = scroller.scrollTop + scroller.clientHeight - ROW_PX;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + ROW_PX > bottom) scroller.scrollTop = top + 2 * ROW_PX - scroller.clientHeight;
}

function Tools({ search, shown }: { search: Working['search']; shown: number }) {
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
      <input
        ref={search as never}
        type="search"
        maxLength={80}
        aria-label={t('table.search')}
        aria-keyshortcuts="/"
        placeholder={t('table.searchHint')}
        value={choice.words}
        onInput={({ currentTarget }) => setParams({ q: currentTarget.value })}
      />
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

interface GridProps {
  readonly order: readonly number[];
  readonly selected: Working['selected'];
  readonly scroller: { current: HTMLDivElement | null };
  readonly pinned: ReadonlySet<string>;
}

function Grid({ order, selected, scroller, pinned }: GridProps) {
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
            <Row
              key={row}
              row={row}
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

interface RowProps {
  readonly row: number;
  readonly place: number;
  readonly columns: readonly Column[];
  readonly isSelected: boolean;
  readonly isPinned: boolean;
  readonly selected: Signal<string | null>;
}

function Row({ row, place, columns, isSelected, isPinned, selected }: RowProps) {
  const all = table.value;
  const present = now.value;
  // Told by it when the row's line has come.
  void sparklinesVersion.value;
  if (all === null || row >= all.rows) return null;
  const { symbol, exchange1, exchange2 } = all.reply;
  const pair = `${symbol[row]} ${exchange1[row]} / ${exchange2[row]}`;
  const refusal = refusalOf(all, present, row);
  const select = (): void => {
    selected.value = all.keys[row]!;
  };
  return (
    <div
      class={`row ${isSelected ? 'selected' : ''} ${refusal === null ? 'tradable' : ''}`}
      role="row"
      aria-rowindex={place + 2}
      aria-current={isSelected ? 'true' : undefined}
      style={{ transform: `translateY(${place * ROW_PX}px)` }}
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
