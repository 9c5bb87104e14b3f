// Alerts put together: rules that are kept, evaluated each second, what fired of late, and its way out. What fired is held in
// memory alone, and bounded. Knows no HTTP and no exchange.

import type { Log } from '../core/log.js';
import { orNull } from '../core/numbers.js';
import { type Clock, type Micros, US_PER_MS } from '../core/time.js';
import { type Alert, type AlertTold, told } from './alert.js';
import { AlertEngine, type EngineOptions, type Fired } from './engine.js';
import type { Outbox, OutboxCounters } from './outbox.js';
import { type AlertRule, RULE_LIMITS, RuleError, readRule, thresholdOf } from './rule.js';
import { type RulesFile, RulesFileError } from './rules-file.js';
import type { Target } from './targets.js';

export interface AlertsLimits {
  readonly rulesMax: number;
  /** Alerts that are held, the newest. */
  readonly alertsMax: number;
  readonly firesPerSecondMax: number;
  /** A second that was over for longer when it was told fires nothing. */
  readonly lateMsMax: number;
}

export interface AlertsOptions extends Omit<EngineOptions, 'fire' | 'firesPerSecondMax'> {
  readonly file: RulesFile;
  /** As the configuration names them. */
  readonly targets: readonly Target[];
  /** Null: nothing is sent outside. */
  readonly outbox: Outbox | null;
  readonly spelled: (exchange: string) => string;
  readonly clock: Clock;
  /** Of the first alert; ids ascend from it. */
  readonly firstId: number;
  readonly limits: AlertsLimits;
  readonly log: Log;
}

/** Why something cannot be done; the message is for people. */
export class AlertRefusal extends Error {
  constructor(
    readonly reason: 'bad-field' | 'no-such-rule' | 'full' | 'file' | 'nothing-sent',
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

/** A rule, and how many tracked pairs it is about now. */
export type RuleTold = AlertRule & { readonly pairs: number };

export interface AlertsCounters extends OutboxCounters {
  readonly rules: number;
  readonly enabled: number;
  readonly fired: number;
  /** Times that a pair had to wait a second, because its rule fired for too many at once. */
  readonly postponed: number;
}

const NOTHING_SENT: OutboxCounters = { queued: 0, sent: 0, failed: 0, overflowed: 0 };

export class Alerts {
  readonly #options: AlertsOptions;
  readonly #engine: AlertEngine;
  #rules: readonly AlertRule[] = [];
  #nextRule = 1;
  /** The oldest first. */
  readonly #alerts: Alert[] = [];
  #nextAlert: number;
  #fired = 0;
  /** Changes are made one after another. */
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(options: AlertsOptions) {
    this.#options = options;
    this.#nextAlert = options.firstId;
    const { firesPerSecondMax } = options.limits;
    this.#engine = new AlertEngine({ ...options, firesPerSecondMax, fire: (fired) => this.#raise(fired) });
  }

  /** With the rules of the file. A file that cannot be read is told, and there are none. */
  static async open(options: AlertsOptions): Promise<Alerts> {
    const alerts = new Alerts(options);
    const { rules, nextId } = await options.file.load();
    const { problem } = options.file;
    if (problem !== null) options.log.error('the rules of alerts are not in force', { reason: problem });
    for (const { name, problem: reason } of options.targets)
      if (reason !== null)
        options.log.warn('nothing can be sent to a target of alerts', { target: name, reason });
    alerts.#rules = rules;
    alerts.#nextRule = nextId;
    alerts.#engine.setRules(rules);
    return alerts;
  }

  /** Where statistics of spreads are told to. */
  get engine(): Pick<AlertEngine, 'setQuantiles' | 'addQuantiles'> {
    return this.#engine;
  }

  /** Somebody wants percentiles. */
  get needsQuantiles(): boolean {
    return this.#rules.some(({ on, enabled }) => enabled && on === 'percentile');
  }

  /** A second of the order is over, and the columns are those of it. */
  second(us: Micros): void {
    const { clock, limits } = this.#options;
    if (clock.nowUs() - us <= limits.lateMsMax * US_PER_MS) this.#engine.evaluate(us);
  }

  rules(): readonly RuleTold[] {
    return this.#rules.map((rule) => this.#toldRule(rule));
  }

  targets(): readonly Pick<Target, 'name' | 'kind' | 'problem'>[] {
    return this.#options.targets.map(({ name, kind, problem }) => ({ name, kind, problem }));
  }

  get fileProblem(): string | null {
    return this.#options.file.problem;
  }

  /** Of the newest alert; one less than the first where there is none yet. */
  get lastId(): number {
    return this.#nextAlert - 1;
  }

  get sendsOutside(): boolean {
    return this.#options.outbox !== null;
  }

  /** The newest first. */
  newest(limit: number): readonly AlertTold[] {
    return this.#alerts.slice(-limit).reverse().map(told);
  }

  /** Those after `id` that are still held, the oldest first. */
  since(id: number): readonly AlertTold[] {
    const { length } = this.#alerts;
    const count = Math.max(0, Math.min(length, this.lastId - id));
    return this.#alerts.slice(length - count).map(told);
  }

  /** Rejects with AlertRefusal, as the others that change something; then nothing has changed. */
  async create(body: unknown): Promise<RuleTold> {
    return await this.#change(async () => {
      const rule = this.#read(body, `r${this.#nextRule}`);
      const { rulesMax } = this.#options.limits;
      if (this.#rules.length >= rulesMax)
        throw new AlertRefusal('full', `there are ${rulesMax} rules already, and no room for more`);
      await this.#keep([...this.#rules, rule], this.#nextRule + 1);
      return this.#toldRule(rule);
    });
  }

  /** All of it: what the body leaves out has its default. */
  async replace(id: string, body: unknown): Promise<RuleTold> {
    return await this.#change(async () => {
      this.#find(id);
      const rule = this.#read(body, id);
      await this.#keep(
        this.#rules.map((other) => (other.id === id ? rule : other)),
        this.#nextRule,
      );
      return this.#toldRule(rule);
    });
  }

  async remove(id: string): Promise<void> {
    await this.#change(async () => {
      this.#find(id);
      await this.#keep(
        this.#rules.filter((other) => other.id !== id),
        this.#nextRule,
      );
    });
  }

  /** An alert of the pair that comes nearest to firing, marked as a test, to the page and to every target of the rule. */
  test(id: string): AlertTold {
    const rule = this.#find(id);
    if (this.#options.outbox === null && rule.to.length > 0)
      throw new AlertRefusal('nothing-sent', 'this is a replay: nothing is sent outside');
    const { pair, value } = this.#engine.nearest(id) ?? { pair: -1, value: Number.NaN };
    const atUs = this.#options.clock.nowUs();
    return told(this.#add({ rule, pair, atUs, value, threshold: thresholdOf(rule, value) }, true));
  }

  counters(): AlertsCounters {
    return {
      rules: this.#rules.length,
      enabled: this.#rules.filter(({ enabled }) => enabled).length,
      fired: this.#fired,
      postponed: this.#engine.postponed,
      ...(this.#options.outbox?.counters() ?? NOTHING_SENT),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#changing, this.#options.outbox?.close()]);
  }

  #raise(fired: Fired): void {
    this.#fired += 1;
    const { symbol, exchange1, exchange2, value } = this.#add(fired, false);
    const fields = { rule: fired.rule.name, symbol, exchange1, exchange2, value };
    this.#options.log.info('an alert fired', fields);
  }

  #add({ rule, pair, atUs, value, threshold }: Fired, test: boolean): Alert {
    const { tracked, limits, outbox } = this.#options;
    const { symbol, exchange1, exchange2 } = pair < 0 ? anyOf(rule) : tracked.pairs.names(pair);
    const alert: Alert = {
      id: this.#nextAlert,
      ...{ atUs, test, symbol, exchange1, exchange2, threshold, on: rule.on },
      rule: { id: rule.id, name: rule.name, sound: rule.sound, notify: rule.notify },
      value: orNull(value),
      spreadPercent: orNull(tracked.spread[pair] ?? Number.NaN),
      executable12Percent: orNull(tracked.executable12[pair] ?? Number.NaN),
      executable21Percent: orNull(tracked.executable21[pair] ?? Number.NaN),
      edgeBps: orNull(pair < 0 ? Number.NaN : this.#engine.edgeBps(pair)),
      delivered: outbox === null ? [] : rule.to.map((target) => ({ target, state: 'pending', reason: null })),
    };
    this.#nextAlert += 1;
    this.#alerts.push(alert);
    if (this.#alerts.length > limits.alertsMax) this.#alerts.shift();
    outbox?.send(alert);
    return alert;
  }

  #read(body: unknown, id: string): AlertRule {
    const { targets, spelled } = this.#options;
    try {
      return readRule(body, id, { targets: targets.map(({ name }) => name), spelled });
    } catch (error) {
      if (error instanceof RuleError) throw new AlertRefusal('bad-field', error.message, error.field);
      throw error;
    }
  }

  #find(id: string): AlertRule {
    const rule = this.#rules.find((other) => other.id === id);
    if (rule === undefined)
      throw new AlertRefusal('no-such-rule', `there is no rule ${id.slice(0, RULE_LIMITS.wordLengthMax)}`);
    return rule;
  }

  #toldRule(rule: AlertRule): RuleTold {
    return { ...rule, pairs: this.#engine.pairsOf(rule.id) };
  }

  async #change<T>(make: () => Promise<T>): Promise<T> {
    const made = this.#changing.then(make);
    this.#changing = made.catch(() => {});
    return await made;
  }

  /** On the disk first: what is in force is what the next start finds. */
  async #keep(rules: readonly AlertRule[], nextId: number): Promise<void> {
    const { file, clock, log } = this.#options;
    try {
      const aside = await file.save({ rules, nextId }, clock.nowUs());
      if (aside !== null) log.warn('the unreadable file of rules was put aside', { path: aside });
    } catch (error) {
      if (!(error instanceof RulesFileError)) throw error;
      log.error('rules of alerts cannot be kept', { reason: error.message });
      throw new AlertRefusal('file', error.message);
    }
    this.#rules = rules;
    this.#nextRule = nextId;
    this.#engine.setRules(rules);
  }
}

/** Where a rule has no pair that stands: what it names. */
function anyOf({ symbol, exchange1, exchange2 }: AlertRule) {
  const [one = 'any exchange', other = 'any other'] = [exchange1, exchange2].filter((name) => name !== null);
  return { symbol: symbol ?? 'any symbol', exchange1: one, exchange2: other };
}
