// The page: the bar, the table of pairs and the charts below it, and the other views in their place. Composition only: what is
// shown is the address (state/route.ts), what is chosen for this browser is in state/settings.ts.

import { effect } from '@preact/signals';
import { render } from 'preact';
import { forgetInk } from './charts/ink.js';
import { board, startCharts } from './charts/section.js';
import { byId, setText } from './dom.js';
import { language, type TextKey, t } from './i18n/words.js';
import { followAlerts } from './parts/alarm.js';
import { Nav, SettingsBar } from './parts/bar.js';
import { Help, isHelpOpen } from './parts/help.js';
import { listenToKeys, onKeys } from './parts/keys.js';
import { Toasts } from './parts/toasts.js';
import { addressOf, go, route, VIEWS } from './state/route.js';
import { settings } from './state/settings.js';
import { followTable } from './state/table.js';
import { GridTools } from './views/grid-tools.js';
import { OtherView } from './views/other.js';
import { PairTable } from './views/pair-table.js';

document.documentElement.lang = language;
for (const place of document.querySelectorAll<HTMLElement>('[data-t]'))
  setText(place, t(place.dataset['t'] as TextKey));
for (const place of document.querySelectorAll<HTMLElement>('[data-t-label]'))
  place.setAttribute('aria-label', t(place.dataset['tLabel'] as TextKey));

effect(() => {
  document.documentElement.dataset['theme'] = settings.value.theme;
  repaint();
});
matchMedia('(prefers-color-scheme: light)').addEventListener('change', repaint);
effect(() => {
  document.body.dataset['view'] = route.value.view;
});

render(<Nav />, byId('nav', HTMLElement));
render(<SettingsBar />, byId('settings', HTMLElement));
render(<Overlay />, byId('overlay', HTMLElement));
render(<Views />, byId('views-root', HTMLElement));
startCharts();
void followTable();
void followAlerts();
listenToKeys();
onKeys({
  help: () => {
    isHelpOpen.value = true;
  },
  ...Object.fromEntries(VIEWS.map((view, at) => [`view${at + 1}`, () => go(addressOf(view))])),
  back: () => {
    if (route.value.view === 'pair') history.back();
  },
});
byId('skip', HTMLButtonElement).addEventListener('click', () => byId('main', HTMLElement).focus());

function repaint(): void {
  forgetInk();
  board.repaint();
}

function Overlay() {
  return (
    <>
      <Toasts />
      <Help />
    </>
  );
}

function Views() {
  const { view } = route.value;
  if (view === 'overview') return <PairTable />;
  return view === 'grid' ? <GridTools /> : <OtherView />;
}
