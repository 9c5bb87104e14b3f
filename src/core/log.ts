// What a room may say to the log. The writer is built in ../log.ts and handed over as an argument.

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** `message` is a fixed sentence, so that equal ones can be counted and limited; what varies goes into `fields`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** For tests and for callers that want none. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
