// The views that take the place of table and charts.

import { route } from '../state/route.js';

export function OtherView() {
  return <p class="nothing">{route.value.view}</p>;
}
