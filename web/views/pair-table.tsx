// The table of pairs: searched, chosen, sorted, frozen, by mouse and keys. Order and choice are worked out once a second at most.

import { type Signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/words.js';
import { onKeys } from '../parts/keys.js';
import { ROW_PX, TableGrid } from '../parts/table-grid.js';
import { TableTools } from '../parts/table-tools.js';
import { copy } from '../parts/toasts.js';
import { addressOfPair, go, route, setParams } from '../state/route.js';
import { chosenRows } from '../state/rows.js';
import { settings, togglePinned } from '../state/settings.js';
import { forgetSparklines } from '../state/sparklines.js';
import { now, type Table, table } from '../state/table.js';
import { choiceOf, isFrozen, shownColumns, toggleFrozen, toggleMark } from '../state/table-choice.js';

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
    const asked = JSON.stringify([choice, all.reply.version]);
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
      <TableTools search={search} shown={order.value.length} />
      <TableGrid order={order.value} selected={selected} scroller={scroller} pinned={pinned.value} />
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
