// Rules and alerts as the server has them, for the view of alerts, and how they are changed. What a new alert raises on the page is
// parts/alarm.ts; which id is the newest it tells here.

import { signal } from '@preact/signals';
import type { AlertRuleSummary, AlertsReply } from '../../src/api/contract.js';
import { ServerClock } from '../clock.js';
import { changeJson, fetchJson, ServerError } from '../server.js';
import { readAlerts } from './alert-reply.js';
import { now } from './table.js';

const LOOK_MS = 1_000;
/** Pairs of a rule, and what others have changed. */
const REREAD_MS = 5_000;
/** Something is on its way to a target. */
const PENDING_MS = 2_000;
/** So many of the newest are shown until all are asked for. */
export const ALERTS_SHOWN = 50;
const RULES_PATH = '/api/alerts/rules';

export const alerts = signal<AlertsReply | null>(null);
/** Why what is shown is not the present; null = it is. */
export const alertsProblem = signal<string | null>(null);
/** Of the newest alert that the page has heard of; null = it has not asked yet. */
export const lastId = signal<number | null>(null);
export const showsAll = signal(false);
/** The server's time, epoch seconds; goes on while somebody looks at alerts. */
export const nowSeconds = signal(Date.now() / 1_000);

export type RuleBody = Readonly<Record<string, unknown>>;

const clock = new ServerClock();
let asked = 0;
let answeredMs = Number.NEGATIVE_INFINITY;

/** Until the returned function is called. */
export function watchAlerts(): () => void {
  let isOver = false;
  const stop = now.subscribe((present) => {
    if (present !== null && Number.isFinite(present.atSeconds)) clock.observe(present.atSeconds);
  });
  void (async () => {
    await readAgain();
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (isOver || document.hidden) continue;
      nowSeconds.value = clock.nowSeconds();
      if (isDue()) await readAgain();
    }
  })();
  return () => {
    isOver = true;
    stop();
  };
}

/** Of two that overlap the later one counts. */
export async function readAgain(): Promise<void> {
  asked += 1;
  const ask = asked;
  try {
    const path = showsAll.value ? '/api/alerts' : `/api/alerts?limit=${ALERTS_SHOWN}`;
    const reply = readAlerts(await fetchJson(path));
    if (ask !== asked) return;
    if (typeof reply === 'string') throw new ServerError(`/api/alerts cannot be read: ${reply}`);
    nowSeconds.value = clock.nowSeconds();
    alerts.value = reply;
    alertsProblem.value = null;
  } catch (error) {
    if (ask === asked) alertsProblem.value = error instanceof Error ? error.message : String(error);
    // A fault of the page itself stays a fault.
    if (!(error instanceof ServerError)) throw error;
  } finally {
    answeredMs = performance.now();
  }
}

/** `id` null: a new one. Rejects with ServerError, which names the field. */
export async function saveRule(id: string | null, rule: RuleBody): Promise<AlertRuleSummary> {
  const saved =
    id === null ? await changeJson('POST', RULES_PATH, rule) : await changeJson('PUT', pathOf(id), rule);
  await readAgain();
  return saved as AlertRuleSummary;
}

export async function deleteRule(id: string): Promise<void> {
  await changeJson('DELETE', pathOf(id));
  await readAgain();
}

/** An alert of it at once. */
export async function testRule(id: string): Promise<void> {
  await changeJson('POST', `${pathOf(id)}/test`);
  await readAgain();
}

function pathOf(id: string): string {
  return `${RULES_PATH}/${encodeURIComponent(id)}`;
}

function isDue(): boolean {
  const ageMs = performance.now() - answeredMs;
  const reply = alerts.value;
  if (reply === null || alertsProblem.value !== null) return ageMs >= PENDING_MS;
  if (lastId.value !== null && lastId.value > reply.lastId) return true;
  const isPending = reply.alerts.some(({ delivered }) => delivered.some(({ state }) => state === 'pending'));
  return ageMs >= (isPending ? PENDING_MS : REREAD_MS);
}
