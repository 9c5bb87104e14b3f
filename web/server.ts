// Asks the server. Every failure of its side is a ServerError, whose message can be shown as it is.
// Nothing is retried here, and nothing is thrown away unsaid.

import { errorText } from './replies.js';

/** A line longer than this is not a chart: the stream is given up rather than kept in memory. */
const LINE_CHARS_MAX = 64 * 1024 * 1024;

/** The server cannot be reached, refuses, breaks off, or answers with something else than was asked for. */
export class ServerError extends Error {
  /** HTTP status of a refusal; absent where there was no answer, or not the one asked for. */
  readonly status: number | undefined;
  /** What a refusal says for itself, and the field that it is about; absent where it says nothing. */
  readonly said: { readonly words: string; readonly field: string | null } | undefined;

  constructor(message: string, status?: number, said?: ServerError['said']) {
    super(message);
    this.status = status;
    this.said = said;
  }
}

/** The parsed body of a JSON reply; `evenOn` names an error status whose body is an answer too. */
export async function fetchJson(
  path: string,
  signal: AbortSignal | null = null,
  evenOn?: number,
): Promise<unknown> {
  const response = await request(path, signal);
  if (!response.ok && response.status !== evenOn) throw await refusal(path, response);
  try {
    return await response.json();
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ServerError(`${path} did not answer with JSON (${contentType(response)})`);
  }
}

/** Asks for a change, of which the server expects JSON even where there is nothing to say. Null where the answer is empty. */
export async function changeJson(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await request(path, null, { method, headers, ...sent });
  if (!response.ok) throw await refusal(path, response);
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    throw new ServerError(`${path} did not answer with JSON (${contentType(response)})`);
  }
}

/** The body of a reply that is none of text, with its headers. */
export async function fetchBytes(
  path: string,
  signal: AbortSignal | null = null,
): Promise<{ readonly bytes: ArrayBuffer; readonly headers: Headers }> {
  const response = await request(path, signal);
  if (!response.ok) throw await refusal(path, response);
  try {
    return { bytes: await response.arrayBuffer(), headers: response.headers };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ServerError(`${path} broke off before its end`);
  }
}

/** The lines of an NDJSON reply as they arrive, without empty ones. Throws where the stream breaks off. */
export async function* fetchLines(path: string, signal: AbortSignal | null = null): AsyncGenerator<string> {
  const response = await request(path, signal);
  if (!response.ok || response.body === null) throw await refusal(path, response);
  if (!contentType(response).includes('ndjson')) {
    throw new ServerError(`${path} did not answer with NDJSON (${contentType(response)})`);
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read().catch((error: Error) => {
      if (signal?.aborted === true) throw error;
      throw new ServerError(`${path} broke off before its end (${error.message})`);
    });
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split('\n');
    // Only the end of the stream ends a line that has no newline.
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines) if (line.trim() !== '') yield line;
    if (done) return;
    if (rest.length > LINE_CHARS_MAX) throw new ServerError(`${path} sent a line without an end`);
  }
}

async function request(
  path: string,
  signal: AbortSignal | null,
  change: RequestInit = {},
): Promise<Response> {
  try {
    return await fetch(path, { signal, cache: 'no-store', ...change });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ServerError(`${path} cannot be reached: is the process running?`);
  }
}

async function refusal(path: string, response: Response): Promise<ServerError> {
  const status = `${path} answered ${response.status} ${response.statusText}`.trimEnd();
  if (!contentType(response).includes('json'))
    return new ServerError(`${status} (${contentType(response)})`, response.status);
  const answer: unknown = await response.json().catch(() => undefined);
  const words = errorText(answer);
  if (words === '') return new ServerError(status, response.status);
  const { field } = answer as { readonly field?: unknown };
  const said = { words, field: typeof field === 'string' ? field : null };
  return new ServerError(`${status}: ${words}`, response.status, said);
}

function contentType(response: Response): string {
  return response.headers.get('content-type')?.split(';')[0]?.trim() || 'no content type';
}
