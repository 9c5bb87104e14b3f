// The view of alerts.

import { t } from '../i18n/words.js';

export function AlertsView() {
  return <h2>{t('nav.alerts')}</h2>;
}
