// Why a spread is or is not one that could be traded, as sentences of numbers. Words alone: what holds is decided elsewhere.

import type { Refusal } from '../core/refusals.js';
import type { ExplainedReason, ExplainReply } from './contract.js';

type Numbers = ExplainedReason['evidence'];

/** One sentence for a reason, whether it holds or not. */
export function reasonWords(
  { reason, holds, evidence }: Pick<ExplainedReason, 'reason' | 'holds' | 'evidence'>,
  exchanges: readonly [string, string],
): string {
  return WORDS[reason](new Read(evidence, exchanges), holds);
}

/** The whole of it in one or two sentences. */
export function verdictWords(reply: Omit<ExplainReply, 'words'>): string {
  const { refusals, reasons, sell, buy, freshEdgeBps, lastDay } = reply;
  const day =
    lastDay.seenSeconds === 0
      ? 'Nothing is known yet of its last day.'
      : `Of ${duration(lastDay.seenSeconds)} seen of the last day it could have been traded for ${share(lastDay.tradableShare)}, ` +
        `and paid its costs by what was shown for ${share(lastDay.payingShare)}.`;
  if (refusals.length === 0)
    return `Tradable now: sell on ${sell}, buy on ${buy}, ${number(freshEdgeBps, 1)} bp beyond costs and its own basis. ${day}`;
  const why = reasons.filter(({ holds }) => holds).map(({ words }) => words);
  return `Not tradable now. ${why.join(' ')} ${day}`;
}

/** Evidence by name, as text. */
class Read {
  readonly #evidence: Numbers;
  readonly exchanges: readonly [string, string];

  constructor(evidence: Numbers, exchanges: readonly [string, string]) {
    this.#evidence = evidence;
    this.exchanges = exchanges;
  }

  one(name: string, digits = 0): string {
    const value = this.#evidence[name];
    return typeof value === 'number' ? number(value, digits) : 'an unknown number of';
  }

  word(name: string): string {
    return String(this.#evidence[name] ?? 'unknown');
  }

  has(name: string): boolean {
    return typeof this.#evidence[name] === 'number';
  }

  /** `Alpha 12 ms, Beta unknown` */
  each(name: string, unit: string, digits = 0): string {
    const values = this.#evidence[name];
    return this.exchanges
      .map((exchange, at) => {
        const value = Array.isArray(values) ? (values[at] as number | null) : null;
        return value === null ? `${exchange} unknown` : `${exchange} ${number(value, digits)}${unit}`;
      })
      .join(', ');
  }
}

const WORDS: Readonly<Record<Refusal, (read: Read, holds: boolean) => string>> = {
  'no-live-leg': (read, holds) =>
    holds
      ? `A leg is not received or has not quoted yet (age of the last quote: ${read.each('agesMs', ' ms')}).`
      : 'Both legs are received.',
  lagging: (_read, holds) =>
    holds ? 'What comes of a leg is late: it does not count.' : 'What comes of both legs is in time.',
  stale: (read, holds) =>
    holds
      ? `A leg's quote no longer stands: age ${read.each('agesMs', ' ms')}; limit ${read.each('limitsMs', ' ms')}; hole since ${read.each('holesMs', ' ms')}.`
      : `Both quotes are younger than their limits: age ${read.each('agesMs', ' ms')}; limit ${read.each('limitsMs', ' ms')}.`,
  'below-costs': (read, holds) =>
    holds
      ? `It does not pay: ${read.one('executablePercent', 4)} % executable against ${read.one('costPercent', 3)} % of taker fees for a round trip.`
      : `It pays: ${read.one('executablePercent', 4)} % executable against ${read.one('costPercent', 3)} % of taker fees for a round trip.`,
  halted: (read, holds) =>
    holds
      ? `A market is halted, delisted or taken out, since ${read.each('holesMs', ' ms')}.`
      : 'Both markets trade, as far as is known.',
  'one-sided': (read, holds) =>
    holds
      ? `A side of a book is empty or of no size: bid sizes ${read.each('bidSizes', '', 8)}; ask sizes ${read.each('askSizes', '', 8)}.`
      : 'Both books have both sides.',
  crossed: (read, holds) =>
    `${holds ? 'A book is crossed' : 'Neither book is crossed'}: bids ${read.each('bids', '', 10)}; asks ${read.each('asks', '', 10)}.`,
  skewed: (read, holds) =>
    `By the exchanges' clocks one quote was ${read.one('skewMs')} ms longer under way than the other (${holds ? 'more than' : 'at most'} ` +
    `${read.one('skewMsMax')} may be): ${read.each('delaysMs', ' ms')}.`,
  unconfirmed: (read, holds) =>
    holds
      ? `A leg has said nothing new since the spread opened, or has only just come back: ${read.each('quotesSinceItCameBack', ' quotes')} since (of ` +
        `${read.one('quotesWanted')} that are wanted), the last change ${read.each('changedMs', ' ms')} ago${read.has('standsMs') ? `, open for ${read.one('standsMs')} ms` : ''}.`
      : 'Both legs have confirmed their quotes.',
  flicker: (read, holds) => {
    if (!read.has('standsMs'))
      return holds ? 'It has not stood yet.' : 'It does not pay its costs: nothing flickers.';
    return `It has stood for ${read.one('standsMs')} ms (${read.one('standsMsMin')} are wanted).`;
  },
  thin: (read, holds) => {
    if (!read.has('notional')) return 'Sizes are not known: nothing is said of what stands at the tops.';
    return `The smaller of both tops is worth ${read.one('notional', 2)} (${holds ? 'less than' : 'at least'} the ${read.one('notionalMin', 2)} that are wanted).`;
  },
  basis: (read, holds) => {
    if (!read.has('basisPercent')) return 'Nothing stands there all the time, or too little is known yet.';
    const usual = `Its own long median is ${read.one('basisPercent', 3)} %: of ${read.one('edgePercent', 4)} % after costs `;
    return `${usual}${read.one('freshEdgePercent', 4)} % ${holds ? 'are left, and that is nothing new' : 'are fresh'}.`;
  },
  implausible: (read, holds) =>
    `A spread of ${read.one('spreadPercent', 3)} % (executable ${read.one('executablePercent', 3)} %) is ${holds ? 'beyond' : 'within'} what is believed: ` +
    `${read.one('implausiblePercent', 2)} %, and ${read.one('implausiblePendingPercent', 2)} % until it is known that both are one coin.`,
  identity: (read, holds) => {
    const seen = `seen for ${read.one('seenSeconds')} s, ratio of the prices ${read.one('ratio', 6)}`;
    if (holds)
      return `The legs are not one coin in one unit (${read.word('verdict')}, by ${read.word('decidedBy')}): ${seen}.`;
    return read.word('verdict') === 'same'
      ? `The legs are one coin (by ${read.word('decidedBy')}): ${seen}.`
      : `Whether the legs are one coin is not known yet (${read.word('decidedBy')}): ${seen}.`;
  },
};

function number(value: number | null, digits: number): string {
  if (value === null) return 'unknown';
  return String(Number(value.toFixed(digits)));
}

function share(value: number | null): string {
  return value === null ? 'an unknown share' : `${number(value * 100, 2)} %`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${number(seconds / 3_600, 1)} h`;
}
