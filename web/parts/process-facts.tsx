// What the process says of itself, in words: what is wrong, whether it was held up, how full its queues are.

import type { QueueHealth } from '../../src/api/contract.js';
import { durationText, shareText } from '../format.js';
import { count, numberText, t } from '../i18n/words.js';
import type { ProcessHealth } from '../state/place-replies.js';
import { Cell, Said, State } from './freshness.js';
import { amountText, queueName, ruleText } from './place-words.js';

/** A queue this full is near its bound. */
const NEAR = 0.5;

interface ProcessProps {
  readonly health: ProcessHealth;
  /** Instruments whose quotes come too late to count; NaN = not known. */
  readonly lagging: number;
  /** The process answers no longer. */
  readonly isOld: boolean;
}

export function ProcessFacts({ health, lagging, isOld }: ProcessProps) {
  const { status, reasons, uptime, memory, loop } = health;
  const isWell = status === 'healthy';
  return (
    <section class={`sheet-box process ${isOld ? 'old' : ''}`} aria-labelledby="process-title">
      <h3 id="process-title">
        {t('exchanges.process')}{' '}
        <State
          text={isWell ? t('exchanges.healthy') : t('exchanges.degraded')}
          look={isWell ? 'good' : 'bad'}
        />
      </h3>
      {reasons.length === 0 ? (
        <p class="facts">{t('exchanges.noReasons')}</p>
      ) : (
        <ul class="troubles" aria-label={t('exchanges.reasons')}>
          {reasons.map((reason) => (
            <li key={reason}>
              <Said text={reason} />
            </li>
          ))}
        </ul>
      )}
      <dl class="figures">
        <Figure name={t('exchanges.up')} value={durationText(uptime.totalSeconds * 1_000)} />
        <Figure name={t('exchanges.memory')} value={`${Math.round(memory.rssMb)} ${t('unit.mb')}`} />
        <Figure
          name={t('exchanges.loop')}
          hint={t('exchanges.loop.hint')}
          value={t('exchanges.loop.value', {
            recent: durationText(loop.recentMsMax),
            max: durationText(loop.msMax),
          })}
        />
        <Figure
          name={t('exchanges.late')}
          value={lagging === 0 ? t('exchanges.late.none') : count('instruments', lagging)}
        />
        <Figure name={t('exchanges.queues')} value={queuesText(health.queues)} />
      </dl>
      <details>
        <summary>{t('exchanges.queues')}</summary>
        <QueueTable queues={health.queues} />
      </details>
    </section>
  );
}

export function Figure({ name, value, hint }: { name: string; value: string; hint?: string }) {
  return (
    <div>
      <dt title={hint}>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function queuesText(queues: ProcessHealth['queues']): string {
  const parts: string[] = [];
  for (const [name, { length, lengthMax, overflow, overflowed }] of Object.entries(queues)) {
    const queue = queueName(name);
    if (length > lengthMax * NEAR)
      parts.push(t('exchanges.queue.near', { queue, share: shareText((length / lengthMax) * 100) }));
    if (overflowed === 0) continue;
    const times = count('place.times', overflowed);
    parts.push(t('exchanges.queue.overflowed', { queue, times, rule: ruleText(overflow) }));
  }
  return parts.length > 0 ? parts.join(' · ') : t('exchanges.queues.fine');
}

function QueueTable({ queues }: { queues: Readonly<Record<string, QueueHealth>> }) {
  const heads = [
    t('exchanges.queue.name'),
    t('exchanges.queue.holds'),
    t('exchanges.queue.room'),
    t('exchanges.queue.times'),
    t('exchanges.queue.rule'),
  ] as const;
  return (
    <table class="sheet">
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Object.entries(queues).map(([name, queue]) => (
          <tr key={name}>
            <th scope="row">{queueName(name)}</th>
            <Cell head={heads[1]}>{amountText(queue.length, queue)}</Cell>
            <Cell head={heads[2]}>{amountText(queue.lengthMax, queue)}</Cell>
            <Cell head={heads[3]}>{numberText(queue.overflowed)}</Cell>
            <Cell head={heads[4]}>{ruleText(queue.overflow)}</Cell>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
