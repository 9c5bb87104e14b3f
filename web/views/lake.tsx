// The view of lake.

import { t } from '../i18n/words.js';

export function LakeView() {
  return <h2>{t('nav.lake')}</h2>;
}
