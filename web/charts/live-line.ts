// The header's words about the live stream. Only the state itself is read out by screen readers; the seconds
// until the next try and the number of pairs stand beside it in silence.

import { byId, setText } from '../dom.js';
import { count, type TextKey, t } from '../i18n/words.js';
import type { LiveState } from './live.js';

const WORDS: Readonly<Record<LiveState['kind'], TextKey>> = {
  connecting: 'live.connecting',
  connected: 'live.connected',
  reconnecting: 'live.reconnecting',
  lost: 'live.lost',
};

const line = {
  root: byId('live', HTMLElement),
  state: byId('live-state', HTMLElement),
  more: byId('live-more', HTMLElement),
};

/** Called on every change, and each second while it waits. */
export function showLive(state: LiveState, pairs: number): void {
  line.root.dataset['state'] = state.kind;
  setText(line.state, t(WORDS[state.kind]));
  setText(line.more, moreText(state, pairs));
}

function moreText(state: LiveState, pairs: number): string {
  if (state.kind === 'connecting') return '';
  if (state.kind === 'connected')
    return pairs === 0 ? t('live.noPoints') : t('live.pairs', { pairs: count('pairs', pairs) });
  const seconds = Math.ceil((state.nextMs - performance.now()) / 1_000);
  const when =
    seconds <= 0 ? t('live.tryNow') : t(state.kind === 'lost' ? 'live.next' : 'live.in', { seconds });
  return state.reason === '' ? when : `${when} (${state.reason})`;
}
