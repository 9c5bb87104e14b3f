// The present list of opportunities, kept as long as the statistics folder stays as it is.
// Never throws for what lies on the disk: an empty list and named warnings instead.

import { type Clock, US_PER_MS } from '../core/time.js';
import { AllPairs, NO_PAIRS, type PairStatistics } from './all-pairs.js';
import type { CsvRow } from './csv.js';
import { MIN_CYCLES_DEFAULT, type Opportunity, OpportunityFilter } from './filter.js';
import { RowNames } from './row-names.js';
import { type FileEntry, listStatistics, readNewest, type StatisticsWarning } from './stats.js';

/** A folder is looked at again no sooner than this after the last look. */
const REFRESH_MS_DEFAULT = 1_000;

export interface OpportunityList {
  readonly opportunities: readonly Opportunity[];
  /** Every pair of the file, with few cycles or none too. */
  readonly pairs: PairStatistics;
  /** Why the list is empty, or from an older file than the newest. */
  readonly warnings: readonly StatisticsWarning[];
  /** The file it comes from, a bare name; null where there is none. */
  readonly file: string | null;
  /** Pairs with more cycles than this pass. */
  readonly minCycles: number;
}

export interface OpportunityStore {
  /** Concurrent calls share one look at the disk. `minCycles` other than the usual: read anew, once for a file. */
  list(minCycles?: number): Promise<OpportunityList>;
}

export interface OpportunityStoreOptions {
  readonly directory: string;
  /** Strictly more cycles than this. */
  readonly minCycles?: number;
  /** How exchanges are spelled elsewhere, the first spelling of a name first; default: as the file has them. */
  readonly exchangeNames?: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly refreshMs?: number;
}

const NOTHING = { opportunities: [], pairs: NO_PAIRS, file: null } as const;

export function createOpportunityStore(options: OpportunityStoreOptions): OpportunityStore {
  const { directory, clock } = options;
  const minCycles = options.minCycles ?? MIN_CYCLES_DEFAULT;
  const refreshUs = (options.refreshMs ?? REFRESH_MS_DEFAULT) * US_PER_MS;
  let known: OpportunityList | undefined;
  let knownSignature = '';
  let lookedUs = Number.NEGATIVE_INFINITY;
  let looking: Promise<OpportunityList> | undefined;

  const look = async (): Promise<OpportunityList> => {
    const listed = await listStatistics(directory);
    if ('warning' in listed) {
      knownSignature = '';
      return { ...NOTHING, warnings: [listed.warning], minCycles };
    }
    const names = (await options.exchangeNames?.()) ?? [];
    const signature = `${names.join()}${signatureOf(listed.entries)}`;
    if (known !== undefined && signature === knownSignature) return known;
    const { file, warnings } = await readNewest(directory, listed.entries, (columns) =>
      listAndPairs(columns, names, minCycles),
    );
    knownSignature = signature;
    if (file === undefined) return { ...NOTHING, warnings, minCycles };
    const { filter, pairs } = file.rows;
    const filtered = filter.result(file.name);
    const { opportunities } = filtered;
    return {
      opportunities,
      pairs,
      warnings: [...warnings, ...filtered.warnings],
      file: file.name,
      minCycles,
    };
  };

  const usual = (): Promise<OpportunityList> => {
    if (looking !== undefined) return looking;
    if (known !== undefined && clock.nowUs() - lookedUs < refreshUs) return Promise.resolve(known);
    looking = look()
      .then((list) => {
        known = list;
        lookedUs = clock.nowUs();
        return list;
      })
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };

  /** The last list of another minimum, and of which list of the usual one. */
  let other: { readonly of: OpportunityList; readonly list: OpportunityList } | undefined;
  const withMinimum = async (cycles: number): Promise<OpportunityList> => {
    const list = await usual();
    if (list.file === null || cycles === minCycles) return { ...list, minCycles: cycles };
    if (other?.of === list && other.list.minCycles === cycles) return other.list;
    const names = (await options.exchangeNames?.()) ?? [];
    const { file, warnings } = await readNewest(
      directory,
      [{ name: list.file }],
      (columns) => new OpportunityFilter(columns, new RowNames(columns, names), cycles),
    );
    const { opportunities } = file?.rows.result(file.name) ?? NOTHING;
    if (file === undefined) return { ...NOTHING, warnings, minCycles: cycles };
    other = { of: list, list: { ...list, opportunities, minCycles: cycles } };
    return other.list;
  };

  return { list: (cycles) => (cycles === undefined ? usual() : withMinimum(cycles)) };
}

/** Equal as long as no file came, went or changed. An empty folder has one too, unlike a missing one. */
function signatureOf(entries: readonly FileEntry[]): string {
  return `:${entries.map((entry) => `${entry.name}|${entry.mtimeMs}|${entry.sizeBytes}`).join('/')}`;
}

/** One pass for both. */
function listAndPairs(columns: readonly string[], exchangeNames: readonly string[], minCycles: number) {
  const names = new RowNames(columns, exchangeNames);
  const filter = new OpportunityFilter(columns, names, minCycles);
  const pairs = new AllPairs(columns, names);
  const row = (one: CsvRow): void => {
    filter.row(one);
    pairs.row(one);
  };
  return { filter, pairs, row };
}
