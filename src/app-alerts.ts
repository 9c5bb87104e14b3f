// Alerts put together: the rules' file beside the lake, the tracked pairs, the newest statistics, targets of the configuration with
// tokens of the environment. Composition only, like app.ts.

import { resolve } from 'node:path';
import { Alerts } from './alerts/alerts.js';
import { AlertEngine } from './alerts/engine.js';
import { Outbox } from './alerts/outbox.js';
import type { SpreadQuantiles } from './alerts/percentile.js';
import { RulesFile } from './alerts/rules-file.js';
import { createTarget } from './alerts/targets.js';
import { exchangeNames } from './app-api.js';
import { costPercentOf } from './app-costs.js';
import type { AppOptions } from './app-options.js';
import type { Config } from './config/config.js';
import { assert } from './core/assert.js';
import { spelledAs } from './core/exchange.js';
import { type Clock, US_PER_MS } from './core/time.js';
import type { Hub } from './hub/hub.js';
import { makeFolders } from './lake/files.js';
import { LIMITS, MEMORY_TABLE_MB } from './limits.js';
import type { PairStatistics } from './opportunities/all-pairs.js';
import { edgeBpsOf } from './opportunities/rank.js';
import type { OpportunityStore } from './opportunities/store.js';
import type { Quality } from './quality/quality.js';
import type { Tracked } from './windows/tracked.js';

export interface AlertsParts {
  readonly options: AppOptions;
  readonly hub: Hub;
  /** It has the hub's seconds already: rules look at what it made of each. */
  readonly tracked: Tracked;
  readonly quality: Quality;
  readonly opportunities: OpportunityStore;
  /** False in a replay: nothing is sent, and rules that are changed are not written. */
  readonly outside: boolean;
  /** Of the machine. Default: that of the quotes. */
  readonly clientClock?: Clock;
}

export interface OpenAlerts {
  readonly alerts: Alerts;
  close(): Promise<void>;
}

export async function openAlerts(parts: AlertsParts): Promise<OpenAlerts> {
  const { options, hub, tracked, quality, outside } = parts;
  const { config, clock, log } = options;
  const { clientClock = clock } = parts;
  const { alerts: limits, windows } = LIMITS;
  const bytes = AlertEngine.bytesMax(windows.trackedPairsMax, limits.rulesMax);
  const share = MEMORY_TABLE_MB.alerts * 1024 * 1024;
  assert(bytes <= share * 0.9, `rules of alerts take ${bytes} of ${share} bytes`);
  const names = exchangeNames(options);
  const targets = Object.entries(config.alerts.targets).map(([name, settings]) =>
    createTarget(name, settings, (variable) => process.env[variable]),
  );
  const alerts = await Alerts.open({
    ...{ tracked, quality, targets, clock, log, limits },
    edgeBps: edgeBpsOf,
    costPercent: costPercentOf(options),
    spelled: (name) => spelledAs(name, names),
    file: new RulesFile({
      path: rulesPath(config),
      makeFolder: makeFolders,
      writes: outside,
      rulesMax: limits.rulesMax,
      bytesMax: limits.fileBytesMax,
    }),
    outbox: outside ? new Outbox({ targets, clock: clientClock, log, limits }) : null,
    // By the machine's time: ids ascend over restarts.
    firstId: Math.floor(clientClock.nowUs() / US_PER_MS),
  });
  const unsubscribe = hub.subscribe({ quote() {}, cold() {}, second: (us) => alerts.second(us) });
  const stopReading = followStatistics(alerts, parts, clientClock);
  return {
    alerts,
    async close() {
      unsubscribe();
      stopReading();
      await alerts.close();
    },
  };
}

/** Beside the lake, and named after it: two lakes in one folder have rules of their own. */
export function rulesPath({ alerts, lake }: Pick<Config, 'alerts' | 'lake'>): string {
  return alerts.file ?? `${resolve(lake.root)}-alerts.json`;
}

/** Hands the newest statistics to the rules, while one asks for them; those of pairs that come later once they are there. */
function followStatistics(
  alerts: Alerts,
  { tracked, opportunities, options }: AlertsParts,
  clock: Clock,
): () => void {
  const { log } = options;
  let known: PairStatistics | undefined;
  let waiting: readonly SpreadQuantiles[] = [];
  let size = 0;
  const look = async (): Promise<void> => {
    if (!alerts.needsQuantiles) return;
    const { pairs } = await opportunities.list();
    if (pairs !== known) waiting = alerts.engine.setQuantiles(quantilesOf(pairs));
    else if (size !== tracked.pairs.size) waiting = alerts.engine.addQuantiles(waiting);
    known = pairs;
    size = tracked.pairs.size;
  };
  let looking = false;
  return clock.every(LIMITS.alerts.statisticsMs, () => {
    if (looking) return;
    looking = true;
    void look()
      .catch((error: unknown) => log.error('statistics were not read for alerts', { reason: String(error) }))
      .finally(() => {
        looking = false;
      });
  });
}

function quantilesOf({ names, columns }: PairStatistics): readonly SpreadQuantiles[] {
  const { spread_min_pct, spread_p01_pct, spread_p50_pct, spread_p99_pct, spread_max_pct } = columns;
  return names.map(({ symbol, exchange1, exchange2 }, at) => ({
    ...{ symbol, exchange1, exchange2 },
    percent: [
      spread_min_pct[at]!,
      spread_p01_pct[at]!,
      spread_p50_pct[at]!,
      spread_p99_pct[at]!,
      spread_max_pct[at]!,
    ],
  }));
}
