// Which view takes the place of table and charts.

import { route } from '../state/route.js';
import { AlertsView } from './alerts.js';
import { ExchangesView } from './exchanges.js';
import { LakeView } from './lake.js';
import { PairView } from './pair.js';

export function OtherView() {
  const { view, names } = route.value;
  if (view === 'exchanges') return <ExchangesView />;
  if (view === 'lake') return <LakeView />;
  if (view === 'alerts') return <AlertsView />;
  const [symbol = '', exchange1 = '', exchange2 = ''] = names;
  // Another pair is another view: nothing of the one before stays.
  return <PairView key={names.join('|')} symbol={symbol} exchange1={exchange1} exchange2={exchange2} />;
}
