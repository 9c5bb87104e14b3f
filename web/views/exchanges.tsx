// The view of exchanges.

import { t } from '../i18n/words.js';

export function ExchangesView() {
  return <h2>{t('nav.exchanges')}</h2>;
}
