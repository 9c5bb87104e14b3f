// The search for pairs, which the address keeps as `q`.

import type { RefObject } from 'preact';
import { t } from '../i18n/words.js';
import { route, setParams } from '../state/route.js';

export function SearchField({ field }: { readonly field: RefObject<HTMLInputElement | null> }) {
  return (
    <input
      ref={field}
      type="search"
      maxLength={80}
      aria-label={t('table.search')}
      aria-keyshortcuts="/"
      placeholder={t('table.searchHint')}
      value={route.value.params.get('q') ?? ''}
      onInput={({ currentTarget }) => setParams({ q: currentTarget.value })}
    />
  );
}
