// The words that say why a spread is or is not real, in both languages. A part of words.ts.

import type { Part } from './words.js';

const en = {
  texts: {
    'refusal.no-live-leg': 'no live leg',
    'refusal.lagging': 'quotes late',
    'refusal.stale': 'stale',
    'refusal.below-costs': 'below costs',
    'refusal.halted': 'halted',
    'refusal.one-sided': 'one-sided',
    'refusal.crossed': 'crossed book',
    'refusal.skewed': 'legs skewed',
    'refusal.unconfirmed': 'unconfirmed',
    'refusal.flicker': 'flicker',
    'refusal.thin': 'thin',
    'refusal.basis': 'standing basis',
    'refusal.implausible': 'implausible',
    'refusal.identity': 'not one coin',
  },
  counts: {},
} as const;

export const qualityWords = {
  en,
  ru: {
    texts: {
      'refusal.no-live-leg': 'нет живой ноги',
      'refusal.lagging': 'котировки опаздывают',
      'refusal.stale': 'устарела',
      'refusal.below-costs': 'ниже издержек',
      'refusal.halted': 'торги остановлены',
      'refusal.one-sided': 'одна сторона пуста',
      'refusal.crossed': 'перевёрнутый стакан',
      'refusal.skewed': 'ноги разновременны',
      'refusal.unconfirmed': 'не подтверждён',
      'refusal.flicker': 'мелькнул',
      'refusal.thin': 'мало объёма',
      'refusal.basis': 'постоянный базис',
      'refusal.implausible': 'неправдоподобен',
      'refusal.identity': 'разные монеты',
    },
    counts: {},
  },
} as const satisfies Part<typeof en>;
