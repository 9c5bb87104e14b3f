// The log writer: pino behind the small Log of core. Never in the way: equal messages are limited,
// what was held back is counted, and no field that may hold a secret is printed.

import { pino } from 'pino';
import type { Log, LogFields } from './core/log.js';
import { type Clock, US_PER_SECOND } from './core/time.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogOptions {
  readonly level: LogLevel;
  /** `text`: a line to read; `json`: pino's own form, for collectors of logs. */
  readonly format: 'text' | 'json';
  /** Where lines go; standard error by default, so that standard output stays for results. */
  readonly write?: (line: string) => void;
}

/** At most this many equal messages in a period; the rest is counted and said at the period's end. */
const EQUAL_MESSAGES_MAX = 20;
const PERIOD_US = 10 * US_PER_SECOND;
/** Bound of the table of distinct messages; messages are fixed sentences, so this is never reached by data. */
const MESSAGES_MAX = 500;
const SECRET = /token|secret|password|apikey|authorization/i;

export function createLog(options: LogOptions, clock: Clock): Log {
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const sink = { write: options.format === 'json' ? write : (line: string) => write(asText(line)) };
  const logger = pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, sink);
  const seen = new Map<string, { sinceUs: number; count: number }>();

  const allowed = (message: string): boolean => {
    const nowUs = clock.nowUs();
    const entry = seen.get(message);
    if (entry === undefined || nowUs - entry.sinceUs >= PERIOD_US) {
      if (entry !== undefined && entry.count > EQUAL_MESSAGES_MAX)
        logger.warn({ count: entry.count - EQUAL_MESSAGES_MAX, of: message }, 'equal messages held back');
      if (seen.size >= MESSAGES_MAX) seen.clear();
      seen.set(message, { sinceUs: nowUs, count: 1 });
      return true;
    }
    entry.count += 1;
    return entry.count <= EQUAL_MESSAGES_MAX;
  };

  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
    if (logger.isLevelEnabled(level) && allowed(message))
      logger[level](withoutSecrets(fields ?? {}), message);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function withoutSecrets(fields: LogFields): LogFields {
  const clean: Record<string, LogFields[string]> = {};
  for (const [key, value] of Object.entries(fields)) clean[key] = SECRET.test(key) ? '(hidden)' : value;
  return clean;
}

const LEVEL_NAMES: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info ', 40: 'WARN ', 50: 'ERROR' };

function asText(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${String(value)}`);
  return `${String(time)} ${LEVEL_NAMES[Number(level)] ?? String(level)} ${String(msg)}${rest.join('')}\n`;
}
