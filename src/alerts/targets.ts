// Where alerts go outside: a webhook, or a chat of Telegram. One try each; who tries again is outbox.ts. What failed is told
// in words of our own: neither an address, which may hold a secret, nor a token ever leaves this file but to its own server.

import { type Alert, inWords, told } from './alert.js';

/** As the configuration has it; one of the two kinds, whose fields are there. */
export interface TargetSettings {
  readonly kind: 'webhook' | 'telegram';
  readonly url?: string;
  readonly chatId?: string;
  /** Name of the variable of the environment that holds the token. */
  readonly tokenVariable?: string;
  readonly apiUrl?: string;
}

/** What became of one try. `again`: it may go better later, not before so many milliseconds. */
export type Outcome =
  | { readonly state: 'sent' }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'again'; readonly reason: string; readonly afterMs: number };

export interface Target {
  readonly name: string;
  readonly kind: TargetSettings['kind'];
  /** Why nothing can be sent to it; null = it can. */
  readonly problem: string | null;
  /** Never rejects. */
  readonly send: (alert: Alert, signal: AbortSignal) => Promise<Outcome>;
}

const TELEGRAM_URL = 'https://api.telegram.org';
/** Of an answer; what it says beyond is nothing to us. */
const ANSWER_BYTES_MAX = 1_024;
/** Telegram's own bound of a message. */
const MESSAGE_LENGTH_MAX = 4_096;
const REASON_LENGTH_MAX = 120;

/** `tokenOf`: a variable of the environment, undefined where it is not set. */
export function createTarget(
  name: string,
  settings: TargetSettings,
  tokenOf: (variable: string) => string | undefined,
): Target {
  return settings.kind === 'webhook' ? webhook(name, settings) : telegram(name, settings, tokenOf);
}

function webhook(name: string, { url = '' }: TargetSettings): Target {
  return {
    ...{ name, kind: 'webhook', problem: null },
    send: async (alert, signal) => {
      const { delivered: _delivered, ...fields } = told(alert);
      const body = { type: 'alert', ...fields, text: inWords(alert) };
      return await posted(url, body, signal, () => '');
    },
  };
}

function telegram(
  name: string,
  { chatId, tokenVariable = '', apiUrl = TELEGRAM_URL }: TargetSettings,
  tokenOf: (variable: string) => string | undefined,
): Target {
  const token = tokenOf(tokenVariable)?.trim() ?? '';
  const problem = tokenProblem(tokenVariable, token);
  return {
    ...{ name, kind: 'telegram', problem },
    send: async (alert, signal) => {
      if (problem !== null) return { state: 'failed', reason: problem };
      const text = inWords(alert).slice(0, MESSAGE_LENGTH_MAX);
      const body = { chat_id: chatId, text, link_preview_options: { is_disabled: true } };
      const url = `${apiUrl.replace(/\/+$/, '')}/bot${token}/sendMessage`;
      return await posted(url, body, signal, (said) => described(said, token));
    },
  };
}

/** It becomes part of an address: what cannot stand there is no token. */
function tokenProblem(variable: string, token: string): string | null {
  if (token === '') return `the environment has no ${variable}`;
  return /^[\w:-]+$/.test(token) ? null : `what the environment has as ${variable} is no token of a bot`;
}

/** `words`: what of the beginning of a refusal is for people. */
async function posted(
  url: string,
  body: object,
  signal: AbortSignal,
  words: (said: Answer) => string,
): Promise<Outcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'spread-aggregator' },
      body: JSON.stringify(body),
      // It was said where alerts go, and nowhere else do they.
      redirect: 'manual',
      signal,
    });
    const { status } = response;
    if (response.ok) {
      await response.body?.cancel();
      return { state: 'sent' };
    }
    const said = answerOf(await firstBytes(response));
    const isElsewhere = status >= 300 && status < 400;
    const reason = `answered ${status}${isElsewhere ? ', which is not followed' : words(said)}`;
    if (status !== 429 && status !== 408 && status < 500) return { state: 'failed', reason };
    return { state: 'again', reason, afterMs: retryAfterMs(said, response.headers.get('retry-after')) };
  } catch (error) {
    return { state: 'again', reason: noAnswer(error, signal), afterMs: 0 };
  }
}

async function firstBytes(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < ANSWER_BYTES_MAX) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  await reader.cancel();
  return Buffer.concat(pieces).subarray(0, ANSWER_BYTES_MAX).toString();
}

/** As much of Telegram's answer as is read. */
interface Answer {
  readonly description?: unknown;
  readonly parameters?: { readonly retry_after?: unknown } | null;
}

function answerOf(text: string): Answer {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Telegram says it in the answer, others in the header, in seconds. */
function retryAfterMs({ parameters }: Answer, header: string | null): number {
  const seconds = [parameters?.retry_after, header === null ? null : Number(header)].find(
    (value) => typeof value === 'number' && value > 0 && Number.isFinite(value),
  );
  return seconds === undefined ? 0 : (seconds as number) * 1_000;
}

function described({ description }: Answer, token: string): string {
  if (typeof description !== 'string') return '';
  return `: ${description.replaceAll(token, '(token)').slice(0, REASON_LENGTH_MAX)}`;
}

/** The message of such an error may hold the address: its code alone is told. */
function noAnswer(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'gave no answer in time';
  const cause = error instanceof Error ? (error.cause as { readonly code?: unknown } | undefined) : undefined;
  const code =
    typeof cause?.code === 'string' && /^[A-Z0-9_]{1,40}$/.test(cause.code) ? ` (${cause.code})` : '';
  return `no connection${code}`;
}
