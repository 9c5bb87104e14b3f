// The page's words in the language that was chosen. The English ones say which there are: another language that lacks one does
// not compile. What the server says in its own words is shown as it is.

import { settings } from '../state/settings.js';
import { alertsWords } from './alerts.js';
import { en } from './en.js';
import { pairWords } from './pair.js';
import { placesWords } from './places.js';
import { qualityWords } from './quality.js';
import { ru } from './ru.js';

/** By the plural categories that the language has; `other` is always there. `#` is where the number goes. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

export interface Words {
  readonly texts: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<string, Forms>>;
}

/** Every word of `English`, in any language. */
export interface Translated<English extends Words> {
  readonly texts: Readonly<Record<keyof English['texts'], string>>;
  readonly counts: Readonly<Record<keyof English['counts'], Forms>>;
}

/** The words of some views. */
export interface Part<English extends Words> {
  readonly en: English;
  readonly ru: Translated<English>;
}

const TEXTS = {
  en: {
    ...en.texts,
    ...alertsWords.en.texts,
    ...pairWords.en.texts,
    ...placesWords.en.texts,
    ...qualityWords.en.texts,
  },
  ru: {
    ...ru.texts,
    ...alertsWords.ru.texts,
    ...pairWords.ru.texts,
    ...placesWords.ru.texts,
    ...qualityWords.ru.texts,
  },
};
const COUNTS = {
  en: { ...en.counts, ...alertsWords.en.counts, ...pairWords.en.counts, ...placesWords.en.counts },
  ru: { ...ru.counts, ...alertsWords.ru.counts, ...pairWords.ru.counts, ...placesWords.ru.counts },
};

export type TextKey = keyof typeof TEXTS.en;
export type CountKey = keyof typeof COUNTS.en;

/** Of the page as it was loaded: another language loads it anew. */
export const language = settings.value.language;
const texts: Readonly<Record<TextKey, string>> = TEXTS[language];
const counts: Readonly<Record<CountKey, Forms>> = COUNTS[language];
const rules = new Intl.PluralRules(language);
const whole = new Intl.NumberFormat(language);

/** `{name}` in a text is replaced by what `values` has of that name. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return texts[key].replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

/** `1 pair`, `8,400 pairs`. */
export function count(key: CountKey, n: number): string {
  const forms = counts[key];
  return (forms[rules.select(n)] ?? forms.other).replace('#', whole.format(n));
}

export function numberText(n: number): string {
  return whole.format(n);
}
