// Beside the charts of a pair: whether its spread is real now, and why not, with the numbers that decided it. Asked every two seconds while
// it is looked at; decides nothing itself.

import type { ExplainedReason, ExplainReply, PairName } from '../../src/api/contract.js';
import { ABSENT, durationText, percentText, priceText, shareText } from '../format.js';
import { t } from '../i18n/words.js';
import { readExplained } from '../state/explain-reply.js';
import { usePolled } from '../state/poll.js';
import { refusalWord } from '../state/refusals.js';

const EVERY_MS = 2_000;

export function PairExplain({ symbol, exchange1, exchange2 }: PairName) {
  const [base, left, right] = [symbol.replace('/', '_'), exchange1, exchange2].map(encodeURIComponent);
  const { value, problem } = usePolled(
    `/api/pairs/${base}/${left}/${right}/explain`,
    EVERY_MS,
    readExplained,
  );
  return (
    <section class="facts-box explain" aria-labelledby="explain-title">
      <h3 id="explain-title">{t('explain.title')}</h3>
      {problem !== null && <p class="bad">{t('explain.failed', { why: problem })}</p>}
      {value === null
        ? problem === null && <p>{t('explain.loading')}</p>
        : problem === null && <Explained of={value} />}
    </section>
  );
}

function Explained({ of }: { readonly of: ExplainReply }) {
  const against = of.reasons.filter(({ holds }) => holds);
  const passed = of.reasons.filter(({ holds }) => !holds).map(({ reason }) => refusalWord(reason));
  return (
    <>
      {of.tradable ? (
        <p class="good verdict">
          {t('explain.tradable', { sell: of.sell, buy: of.buy, edge: bpText(of.freshEdgeBps) })}
        </p>
      ) : (
        <>
          <p class="verdict">{t('explain.refused')}</p>
          <ul class="why">
            {against.map((reason) => (
              <li key={reason.reason}>
                <b>{refusalWord(reason.reason)}</b>: {t(`why.${reason.reason}`, valuesOf(reason))}
              </li>
            ))}
          </ul>
        </>
      )}
      <dl>
        {factsOf(of).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="passed">{t('explain.passed', { names: passed.join(', ') })}</p>
    </>
  );
}

function factsOf(of: ExplainReply): readonly (readonly [string, string])[] {
  const { seenSeconds, tradableShare, payingShare } = of.lastDay;
  const share = (value: number | null): string => (value === null ? ABSENT : shareText(value * 100));
  return [
    [t('explain.stands'), of.standsMs === null ? ABSENT : durationText(of.standsMs)],
    [t('explain.basis'), percentText(of.basisPercent)],
    [
      t('explain.size'),
      of.size.notionalMax === null ? t('explain.sizeUnknown') : priceText(Math.floor(of.size.notionalMax)),
    ],
    [
      t('explain.day', { seen: durationText(seenSeconds * 1_000) }),
      seenSeconds === 0
        ? t('explain.dayNone')
        : t('explain.dayValue', { tradable: share(tradableShare), paying: share(payingShare) }),
    ],
  ];
}

function bpText(bps: number | null): string {
  return bps === null ? ABSENT : percentText(bps / 100);
}

/** Evidence as text, by the unit that its name ends with. */
function valuesOf({ evidence }: ExplainedReason): Record<string, string> {
  return Object.fromEntries(
    Object.entries(evidence).map(([name, value]) => {
      const text = (one: unknown): string => (typeof one === 'number' ? numberOf(name, one) : ABSENT);
      return [name, Array.isArray(value) ? value.map(text).join(' / ') : text(value)];
    }),
  );
}

function numberOf(name: string, value: number): string {
  if (/Ms(Min|Max)?$/.test(name)) return durationText(value);
  if (name.endsWith('Percent')) return percentText(value);
  return priceText(Number(value.toPrecision(8)));
}
