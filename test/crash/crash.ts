// One seed of crashes: the real lake records on a disk that forgets, dies at random calls, is opened again and goes on; in
// the end everything that must be there is there once. Reproducible from its seed alone.

import { InstrumentTable } from '../../src/core/instrument.js';
import {
  dayStartUs,
  hourStartUs,
  US_PER_DAY,
  US_PER_HOUR,
  US_PER_MS,
  US_PER_SECOND,
} from '../../src/core/time.js';
import { readOrigin } from '../../src/lake/origin.js';
import { type LakeLimits, type LakeWriter, openLake } from '../../src/lake/writer.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';
import { filesBelow, foundByReader, foundInFiles, rowsInFiles } from './found.js';
import { Life } from './life.js';
import { Book, handOver } from './record.js';
import { Troubles } from './troubles.js';
import { VolatileDisk } from './volatile-disk.js';

export interface CrashOptions {
  /** The sync that does nothing; none by default. */
  readonly without?: string;
  /** The disk now and then refuses writes or syncs for a while; what a failed sync was about is gone. */
  readonly troubles?: boolean;
}

export interface CrashResult {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly lives: number;
  readonly powerCuts: number;
  readonly records: number;
  /** Records that went with a crash, all within the stated window. */
  readonly lost: number;
  readonly files: number;
  /** Times that the disk refused for a while. */
  readonly troubles: number;
  /** Every sync that did something, by its place in the code. */
  readonly sites: ReadonlySet<string>;
}

const ROOT = '/disk/lake';
const STEP_MS = 10;
const LIVES = 7;
const STARTS_US = Date.parse('2026-11-22T19:59:50Z') * 1_000;
const LIMITS: LakeLimits = {
  segmentBytesMax: 24 * 1_024,
  segmentMsMax: 1_500,
  writeIntervalMs: 50,
  syncIntervalMs: 400,
  pendingBytesMax: 8 * 1_024 * 1_024,
  closeBudgetMs: 3_000,
};
/** What a life may do before it must be dead: calls of the system, exponentially distributed. */
const CALLS_MEAN = 350;

export async function runCrashes(seed: number, options: CrashOptions = {}): Promise<CrashResult> {
  const world = new World(seed, options);
  let powerCuts = 0;
  try {
    for (let life = 0; life < LIVES && world.broken.length === 0; life++) {
      await world.live(life);
      if (world.random.next() < 0.6) {
        world.disk.crash(world.random);
        powerCuts += 1;
      }
      world.pause();
    }
    if (world.broken.length === 0) await world.end();
  } catch (error) {
    world.broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const { book, broken, disk, sites, troubles } = world;
  const files = filesBelow(disk, ROOT).length;
  const records = book.size + book.lost;
  return {
    seed,
    broken,
    lives: LIVES + 1,
    powerCuts,
    records,
    lost: book.lost,
    files,
    sites,
    troubles: troubles.count,
  };
}

class World {
  readonly disk = new VolatileDisk();
  readonly book = new Book();
  readonly broken: string[] = [];
  readonly sites = new Set<string>();
  readonly random: Random;
  readonly troubles: Troubles;
  readonly #without: string | undefined;
  readonly #clock = new VirtualClock(STARTS_US);
  readonly #instruments = new InstrumentTable();
  #wasOpen = false;

  constructor(seed: number, { without, troubles = false }: CrashOptions) {
    this.random = createRandom(seed, 'crash');
    this.#without = without;
    this.troubles = new Troubles(createRandom(seed, 'troubles'), this.#clock, troubles);
    for (const exchange of ['Alpha', 'Beta'])
      for (const symbol of ['BTC/USDT', '币 安/USDT']) this.#instruments.intern(exchange, symbol);
    // Whoever gives a lake its place has made that place durable.
    this.disk.makeFolder('/disk');
    this.disk.root.beginSync()();
  }

  /** Opens the lake, checks it, records for some seconds; until a call that it does not survive, or the end of its time. */
  async live(number: number): Promise<void> {
    // The first lives are long enough to leave something.
    const callsMax = Math.ceil(this.random.exponential(CALLS_MEAN)) + (number === 0 ? 100 : 5);
    const life = this.#life(callsMax);
    const lake = await this.#open(life);
    // Some die over the first steps after the opening, which are those that trust what was there.
    if (this.random.next() < 0.4) life.shorten(this.random.below(40));
    if (lake !== null) await this.#record(life, lake);
    life.kill();
    this.book.died(this.troubles.end());
  }

  /** Nobody runs; the next one may start in another hour. */
  pause(): void {
    const nowUs = this.#clock.nowUs();
    // Mostly within the day; a day that is closed is compacted.
    const isDayOver = this.random.next() < 0.3;
    const edgeUs =
      (isDayOver ? dayStartUs(nowUs) + US_PER_DAY : hourStartUs(nowUs) + US_PER_HOUR) - 2 * US_PER_SECOND;
    const toUs =
      this.random.next() < 0.5 && edgeUs > nowUs ? edgeUs : nowUs + this.random.below(3 * US_PER_SECOND);
    this.#clock.advance((toUs - nowUs) / US_PER_MS);
  }

  /** A last life in peace: all is encoded, nothing is left over, nothing is there twice. */
  async end(): Promise<void> {
    const life = this.#life(Number.POSITIVE_INFINITY);
    const lake = await this.#open(life);
    if (lake === null) throw new Error('a life in peace died');
    await this.#until(life, lake.ready);
    for (let step = 0; step < 10 || lake.counters().care?.running; step++) await this.#step();
    await this.#close(life, lake);
    const quotes = (await foundByReader(life.place, ROOT, this.#instruments)).filter(
      ({ kind }) => kind === 'quote',
    );
    const inFiles = await foundInFiles(this.disk, ROOT, this.#instruments);
    this.broken.push(...this.book.compare(['quote', 'trade', 'cold'], [...quotes, ...inFiles]));
    const rows = rowsInFiles(this.disk, ROOT);
    if (rows !== quotes.length) this.broken.push(`${rows} rows in files, ${quotes.length} are read`);
    const left = filesBelow(this.disk, ROOT).filter((name) => /\.tmp-|\.log|\.run|damaged/.test(name));
    if (left.length > 0) this.broken.push(`left over: ${left.join(', ')}`);
  }

  #life(callsMax: number): Life {
    const ignores = (site: string) => {
      this.sites.add(site);
      return site === this.#without;
    };
    return new Life({
      ...{ disk: this.disk, clock: this.#clock, random: this.random, callsMax, ignores },
      fails: this.troubles.fails,
    });
  }

  /** Null where the process died over it. */
  async #open(life: Life): Promise<LakeWriter | null> {
    if (this.#wasOpen && readOrigin(ROOT, this.#observer().place.files) !== 'live')
      this.broken.push('the lake has forgotten what it is');
    const lake = await this.#until(life, openLake(this.#options(life)));
    if (lake === null) return null;
    this.#wasOpen = true;
    if (lake.lastStampUs < this.book.mustUs)
      this.broken.push(`the order goes on after ${lake.lastStampUs}, before ${this.book.mustUs}`);
    // By one who only reads, so that reading costs the process no call.
    const found = await foundByReader(this.#observer().place, ROOT, this.#instruments);
    this.broken.push(...this.book.compare(['quote', 'cold'], found));
    return lake;
  }

  #observer(): Life {
    const { disk, random } = this;
    return new Life({
      disk,
      random,
      clock: this.#clock,
      callsMax: Number.POSITIVE_INFINITY,
      ignores: () => false,
    });
  }

  #options(life: Life): Parameters<typeof openLake>[0] {
    const { clock, place } = life;
    // With troubles a segment outlives them: what they made of it must not be mended by making a run of it at once.
    const limits = { ...LIMITS, segmentMsMax: this.troubles.areWanted ? 10_000 : LIMITS.segmentMsMax };
    const care = { hotDays: 1 };
    return { root: ROOT, origin: 'live', clock, limits, instruments: this.#instruments, place, care };
  }

  async #record(life: Life, lake: LakeWriter): Promise<void> {
    const endUs = this.#clock.nowUs() + (2 + this.random.below(10)) * US_PER_SECOND;
    while (!life.isDead && this.#clock.nowUs() < endUs) {
      for (let i = this.#burst(); i > 0; i--) {
        const stampUs = Math.max(this.book.lastUs, lake.lastStampUs, this.#clock.nowUs()) + 1;
        handOver(lake, this.book, stampUs, this.#instruments, this.random);
      }
      this.troubles.tick(lake.counters());
      await this.#step();
    }
    if (!life.isDead && this.troubles.isQuiet && this.random.next() < 0.3) await this.#close(life, lake);
    const { problems, dropped } = lake.counters();
    if (!life.isDead && this.troubles.count === 0 && problems.length + dropped > 0)
      this.broken.push(`without any trouble: ${JSON.stringify(problems)}, ${dropped} dropped`);
  }

  /** Mostly nothing, now and then many at once. */
  #burst(): number {
    const dice = this.random.next();
    return dice < 0.005 ? 100 : dice < 0.25 ? this.random.below(5) : 0;
  }

  async #close(life: Life, lake: LakeWriter): Promise<void> {
    if ((await this.#until(life, lake.ready)) === null) return;
    if (
      (await this.#until(
        life,
        lake.close().then(() => true),
      )) === null
    )
      return;
    this.book.closed();
  }

  /** Null where the process died first. */
  async #until<T>(life: Life, promise: Promise<T>): Promise<T | null> {
    let settled = false;
    const end = () => {
      settled = true;
    };
    promise.then(end, end);
    await turn();
    while (!settled && !life.isDead) await this.#step();
    if (life.isDead) return null;
    return promise;
  }

  async #step(): Promise<void> {
    this.#clock.advance(STEP_MS);
    await turn();
  }
}

/** All that is promised by now has happened. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Every second seed has a disk that refuses now and then. */
export function troublesOf(seed: number): CrashOptions {
  return { troubles: seed % 2 === 1 };
}
