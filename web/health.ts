// The health line of the header: asked for every few seconds, written in words.
// A process that does not answer is said so; what was known before is then no longer shown as true.

import type { ExchangeHealth } from '../src/api/contract.js';
import { element } from './dom.js';
import { durationText } from './format.js';
import { count, t } from './i18n/words.js';
import { type HealthView, readHealth } from './replies.js';
import { fetchJson, ServerError } from './server.js';

const POLL_INTERVAL_MS = 5_000;
const ANSWER_TIMEOUT_MS = 4_000;
/** A process that calls itself unwell may answer with this status; its body is an answer all the same. */
const UNAVAILABLE = 503;
const STATES = ['healthy', 'degraded', 'starting', 'running', 'failed', 'stopped', 'unknown'] as const;

/** Keeps `root` up to date for as long as the page lives; `told` hears every answer that could be read. */
export async function showHealth(root: HTMLElement, told: (view: HealthView) => void): Promise<never> {
  for (;;) {
    root.replaceChildren(...(await ask(told)));
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

async function ask(told: (view: HealthView) => void): Promise<Node[]> {
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const view = readHealth(await fetchJson('/api/health', signal, UNAVAILABLE));
    if (typeof view === 'string') return [state('bad', t('health.unreadable', { why: view }))];
    told(view);
    return healthNodes(view);
  } catch (error) {
    if (!signal.aborted && !(error instanceof ServerError)) throw error;
    const why = signal.aborted
      ? t('health.noAnswer', { duration: durationText(ANSWER_TIMEOUT_MS) })
      : (error as Error).message;
    return [state('bad', t('health.none', { why }))];
  }
}

function healthNodes(view: HealthView): Node[] {
  const facts = [
    view.uptimeSeconds === null ? '' : t('health.up', { duration: durationText(view.uptimeSeconds * 1_000) }),
    view.rssMb === null ? '' : `${Math.round(view.rssMb)} ${t('unit.mb')}`,
  ].filter((fact) => fact !== '');
  const list = element(
    'ul',
    'exchanges',
    ...view.exchanges.map(([name, health]) => exchangeItem(name, health)),
  );
  list.setAttribute('aria-label', t('health.exchanges'));
  if (view.exchanges.length === 0) list.append(element('li', 'idle', t('health.noExchange')));
  // What an exchange has is told at its name.
  const others = view.reasons.filter(
    (reason) => !view.exchanges.some(([name]) => reason.startsWith(`${name} `)),
  );
  return [
    state(view.status === 'healthy' ? 'good' : 'bad', stateText(view.status)),
    element('span', 'facts', facts.join(' · ')),
    list,
    ...others.map((reason) => element('span', 'reason', reason)),
  ];
}

function exchangeItem(name: string, health: Partial<ExchangeHealth>): HTMLElement {
  const { state: word = 'unknown', instruments, lastMessageAgeMs, reconnects, reason } = health;
  const facts: string[] = [];
  if (instruments !== undefined) facts.push(count('instruments', instruments));
  if (typeof lastMessageAgeMs === 'number')
    facts.push(t('health.lastMessage', { duration: durationText(lastMessageAgeMs) }));
  if (reconnects !== undefined && reconnects > 0) facts.push(count('reconnects', reconnects));
  const look = word === 'running' ? 'good' : word === 'failed' || word === 'degraded' ? 'bad' : 'idle';
  const item = element('li', look, element('b', '', name), ` ${stateText(word)}`);
  if (facts.length > 0) item.append(element('span', 'facts', ` · ${facts.join(' · ')}`));
  if (reason !== undefined && word !== 'running') item.append(element('span', 'reason', `: ${reason}`));
  return item;
}

/** In the words of the page where it has one; a state of another version is shown as it is. */
function stateText(state: string): string {
  const known = STATES.find((one) => one === state);
  return known === undefined ? state : t(`health.state.${known}`);
}

function state(look: 'good' | 'bad', text: string): HTMLElement {
  return element('strong', `state ${look}`, text);
}
