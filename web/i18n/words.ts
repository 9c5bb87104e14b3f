// The page's words in the language that was chosen. The English ones say which there are: another language that lacks one does
// not compile. What the server says in its own words is shown as it is.

import { settings } from '../state/settings.js';
import { en } from './en.js';
import { ru } from './ru.js';

export type TextKey = keyof typeof en.texts;
export type CountKey = keyof typeof en.counts;

/** By the plural categories that the language has; `other` is always there. `#` is where the number goes. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

export interface Dictionary {
  readonly texts: Readonly<Record<TextKey, string>>;
  readonly counts: Readonly<Record<CountKey, Forms>>;
}

const DICTIONARIES: Readonly<Record<'en' | 'ru', Dictionary>> = { en, ru };
/** Of the page as it was loaded: another language loads it anew. */
export const language = settings.value.language;
const dictionary = DICTIONARIES[language];
const rules = new Intl.PluralRules(language);
const whole = new Intl.NumberFormat(language);

/** `{name}` in a text is replaced by what `values` has of that name. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return dictionary.texts[key].replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

/** `1 pair`, `8,400 pairs`. */
export function count(key: CountKey, n: number): string {
  const forms = dictionary.counts[key];
  return (forms[rules.select(n)] ?? forms.other).replace('#', whole.format(n));
}

export function numberText(n: number): string {
  return whole.format(n);
}
