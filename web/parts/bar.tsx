// The bar at the top: the views, and what a user chooses for this browser.

import { type TextKey, t } from '../i18n/words.js';
import { addressOf, route, VIEWS } from '../state/route.js';
import { choose, type Settings, settings } from '../state/settings.js';
import { isHelpOpen } from './help.js';

export function Nav() {
  const { view } = route.value;
  return (
    <nav class="nav" aria-label={t('nav.label')}>
      {VIEWS.map((name, at) => (
        <a
          key={name}
          href={addressOf(name)}
          aria-current={view === name ? 'page' : undefined}
          aria-keyshortcuts={`${at + 1}`}
        >
          <span class="key">{at + 1}</span> {t(`nav.${name}`)}
        </a>
      ))}
      {view === 'pair' && (
        <a href={location.hash} aria-current="page">
          {t('nav.pair')}
        </a>
      )}
    </nav>
  );
}

const LANGUAGES = { en: 'English', ru: 'Русский' } as const;
const THEMES = ['system', 'dark', 'light'] as const;

export function SettingsBar() {
  const { language, theme, time } = settings.value;
  const name = (key: TextKey): { readonly name: string } => ({ name: t(key) });
  return (
    <section class="settings" aria-label={t('settings.label')}>
      <button type="button" onClick={() => anew({ language: language === 'en' ? 'ru' : 'en' })}>
        {t('settings.language', { name: LANGUAGES[language] })}
      </button>
      <button
        type="button"
        onClick={() => choose({ theme: THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]! })}
      >
        {t('settings.theme', name(`settings.theme.${theme}`))}
      </button>
      <button type="button" onClick={() => anew({ time: time === 'utc' ? 'local' : 'utc' })}>
        {t('settings.time', name(`settings.time.${time}`))}
      </button>
      <button
        type="button"
        aria-keyshortcuts="?"
        onClick={() => {
          isHelpOpen.value = true;
        }}
      >
        {t('settings.keys')}
      </button>
    </section>
  );
}

/** Every word and time on the page is another: it is loaded anew, at the same address. */
function anew(change: Partial<Settings>): void {
  choose(change);
  location.reload();
}
