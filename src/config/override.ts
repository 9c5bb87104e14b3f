// What the environment and the flags give to the configuration, and how all of it says that something is wrong.

/** The message has one line for each thing that is wrong, each with its place, what was expected and what was there. */
export class ConfigError extends Error {}

/** A value for a place in the configuration, with the name its giver knows it by (`--port`, `SPREAD_SERVER_PORT`). */
export interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly source: string;
}
