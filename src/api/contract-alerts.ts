// What the HTTP API answers with, as types only: rules and alerts. A part of contract.ts, which gives it on.
// Never holds code, imports nothing, and never promises a field that an answer may leave out.

/** What a rule of alerts measures: docs/alerts.md. */
export type AlertMeasure = 'spread' | 'edge' | 'percentile';

/** A rule as it is answered; what is sent to make one has no `id` and `pairs`, and may leave out what has a default. */
export interface AlertRuleSummary {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly on: AlertMeasure;
  /** Unified; null = every symbol. */
  readonly symbol: string | null;
  /** One exchange alone is either leg; null = any. */
  readonly exchange1: string | null;
  readonly exchange2: string | null;
  /** Percent, basis points, or a percentile above 50. */
  readonly above: number;
  readonly rearmBelow: number;
  readonly cooldownSeconds: number;
  readonly holdSeconds: number;
  /** What an open page does beside showing it. */
  readonly sound: boolean;
  readonly notify: boolean;
  /** Names of targets. */
  readonly to: readonly string[];
  /** Tracked pairs that it is about now. */
  readonly pairs: number;
}

export interface AlertDelivery {
  readonly target: string;
  readonly state: 'pending' | 'sent' | 'failed';
  readonly reason: string | null;
}

export interface AlertSummary {
  /** Ascending, over restarts too. */
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly sound: boolean;
  readonly notify: boolean;
  /** Somebody wanted to see whether it arrives. */
  readonly test: boolean;
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  readonly on: AlertMeasure;
  /** What was measured; null, like the others, where a leg did not stand (a test). */
  readonly value: number | null;
  /** What it passed; of a percentile at the low end 100 − `above`. */
  readonly threshold: number;
  readonly spreadPercent: number | null;
  readonly executable12Percent: number | null;
  readonly executable21Percent: number | null;
  readonly edgeBps: number | null;
  readonly delivered: readonly AlertDelivery[];
}

/** `/api/alerts` */
export interface AlertsReply {
  readonly rules: readonly AlertRuleSummary[];
  /** The newest first. */
  readonly alerts: readonly AlertSummary[];
  /** Ask `/api/alerts/since?id=` for those after it. */
  readonly lastId: number;
  /** `problem`: why nothing can be sent to it; null where it can. */
  readonly targets: readonly {
    readonly name: string;
    readonly kind: 'webhook' | 'telegram';
    readonly problem: string | null;
  }[];
  /** Why the rules of the file are not in force; null where they are. */
  readonly fileProblem: string | null;
  /** False in a replay: nothing is sent outside, and changed rules are not kept. */
  readonly sendsOutside: boolean;
  readonly limits: {
    readonly rulesMax: number;
    readonly alertsMax: number;
    readonly nameLengthMax: number;
    readonly cooldownSecondsMax: number;
    readonly holdSecondsMax: number;
    readonly targetsMax: number;
  };
}

/** `/api/alerts/since?id=N`: the oldest first, those that are still held. */
export interface AlertsSinceReply {
  readonly lastId: number;
  readonly alerts: readonly AlertSummary[];
}
