// Above the charts when they have the page for themselves: which of them are shown, by words and favourites, and the keys that move
// among them.

import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { board } from '../charts/section.js';
import { t } from '../i18n/words.js';
import { onKeys } from '../parts/keys.js';
import { SearchField } from '../parts/search-field.js';
import { route, setParams } from '../state/route.js';
import { hasAll, searchedText, wordsOf } from '../state/search.js';
import { settings, togglePinned } from '../state/settings.js';
import { keyOf } from '../state/table.js';

export function GridTools() {
  const search = useRef<HTMLInputElement>(null);
  const { params } = route.value;
  const isPinned = params.get('only') === 'pinned';
  useSignalEffect(() => {
    const asked = route.value.params;
    const words = wordsOf(asked.get('q') ?? '');
    const pinned = asked.get('only') === 'pinned' ? new Set(settings.value.pinned) : null;
    board.choose(({ symbol, exchange1, exchange2 }) => {
      if (pinned !== null && !pinned.has(keyOf(symbol, exchange1, exchange2))) return false;
      return hasAll(searchedText(symbol, exchange1, exchange2), words);
    });
  });
  // Beside the table all of them are shown.
  useEffect(() => () => board.choose(() => true), []);
  useEffect(
    () =>
      onKeys({
        search: () => search.current?.focus(),
        next: () => move(1),
        previous: () => move(-1),
        back: () => {
          if (document.activeElement === search.current) search.current?.blur();
          else setParams({ q: null });
        },
        pin: () => {
          const name = board.nameOf(document.activeElement);
          if (name !== null) togglePinned(keyOf(name.symbol, name.exchange1, name.exchange2));
        },
      }),
    [],
  );
  return (
    <div class="tools">
      <SearchField field={search} />
      <button
        type="button"
        class="toggle"
        aria-pressed={isPinned}
        onClick={() => setParams({ only: isPinned ? null : 'pinned' })}
      >
        {t('table.pinned')}
      </button>
    </div>
  );
}

/** From the chart that has the focus to the next one in sight; Enter then opens it. */
function move(by: number): void {
  const links = [...document.querySelectorAll<HTMLElement>('.card:not([hidden]) .pair a')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
}
