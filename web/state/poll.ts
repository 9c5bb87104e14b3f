// Asks one address again and again while a view shows it: at once, then every so often, never while the page is out of sight, never
// twice at the same time. What was known stays when an answer fails to come, with the reason why it is not the present.

import { useEffect, useState } from 'preact/hooks';
import { durationText } from '../format.js';
import { t } from '../i18n/words.js';
import { fetchJson, ServerError } from '../server.js';

const ANSWER_TIMEOUT_MS = 15_000;
/** Of a process that calls itself unwell: its body is an answer all the same. */
const UNAVAILABLE = 503;

export interface Polled<T> {
  /** Null before the first answer. */
  readonly value: T | null;
  /** When that answer came, on the clock of `performance.now()`. */
  readonly readMs: number;
  /** Why the value is not the present, in words; null = it is. */
  readonly problem: string | null;
  /** Asks now. */
  readonly again: () => void;
}

const NOTHING = { value: null, readMs: Number.NaN, problem: null } as const;

/**
 * `path` null = nothing is asked. `read` says what is wrong with an answer, in words, where it cannot be read; `evenUnwell`: the answer
 * of a process that is unwell counts.
 */
export function usePolled<T extends object>(
  path: string | null,
  everyMs: number,
  read: (value: unknown) => T | string,
  evenUnwell = false,
): Polled<T> {
  const [known, setKnown] = useState<Omit<Polled<T>, 'again'> & { readonly of: string | null }>({
    ...NOTHING,
    of: null,
  });
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    if (path === null) return;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking: AbortController | null = null;
    const tell = (change: Partial<Polled<T>>): void => {
      if (!isOver)
        setKnown((before) => ({ ...(before.of === path ? before : NOTHING), of: path, ...change }));
    };
    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      if (asking !== null) return;
      asking = new AbortController();
      const { signal } = asking;
      const limit = setTimeout(() => asking?.abort(), ANSWER_TIMEOUT_MS);
      try {
        const value = read(await fetchJson(path, signal, evenUnwell ? UNAVAILABLE : undefined));
        if (typeof value === 'string') tell({ problem: t('place.unreadable', { path, why: value }) });
        else tell({ value, readMs: performance.now(), problem: null });
      } catch (error) {
        if (!signal.aborted && !(error instanceof ServerError)) throw error;
        const late = t('health.noAnswer', { duration: durationText(ANSWER_TIMEOUT_MS) });
        tell({ problem: signal.aborted ? late : (error as Error).message });
      } finally {
        clearTimeout(limit);
        asking = null;
        if (!isOver) timer = setTimeout(turn, everyMs);
      }
    };
    const turn = (): void => {
      if (!document.hidden) void ask();
    };
    document.addEventListener('visibilitychange', turn);
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
      asking?.abort();
      document.removeEventListener('visibilitychange', turn);
    };
  }, [path, asked]);
  const { of, ...rest } = known;
  const again = (): void => setAsked((times) => times + 1);
  // The answer of another address is none of this one.
  return of === path ? { ...rest, again } : { ...NOTHING, again };
}
