// What the address and the settings say of the table of pairs: which rows, in what order, which columns; and what its switches
// make of it.

import { computed } from '@preact/signals';
import { COLUMNS, type Column } from './columns.js';
import { route, setParams } from './route.js';
import type { Choice } from './rows.js';
import { settings } from './settings.js';

const NARROW = matchMedia('(max-width: 700px)');
const SORT_DEFAULT = '-net';

export function choiceOf(params: URLSearchParams): Choice {
  const only = (params.get('only') ?? '').split(',');
  return {
    words: params.get('q') ?? '',
    recommended: only.includes('recommended'),
    tradable: only.includes('tradable'),
    pinned: only.includes('pinned'),
    sort: params.get('sort') ?? SORT_DEFAULT,
  };
}

export type Mark = 'recommended' | 'tradable' | 'pinned';

export function toggleMark(mark: Mark): void {
  const only = (route.value.params.get('only') ?? '').split(',').filter((one) => one !== '');
  const rest = only.filter((one) => one !== mark);
  setParams({ only: (rest.length < only.length ? rest : [...only, mark]).join() });
}

export function isFrozen(): boolean {
  return route.value.params.get('freeze') === '1';
}

export function toggleFrozen(): void {
  setParams({ freeze: isFrozen() ? null : '1' });
}

/** The same list as long as nobody chooses another: rows are then not made anew. */
export const shownColumns = computed((): readonly Column[] => {
  const { hidden } = settings.value;
  // Which are hidden on a narrow screen from the beginning is chosen by nobody: another choice is.
  const untouched = hidden.length === 0 && NARROW.matches;
  return COLUMNS.filter(({ id, isMinor }) => !hidden.includes(id) && !(untouched && isMinor));
});
