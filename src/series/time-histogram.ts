// How long a value stood where: microseconds by bins of a thousandth of a percent (0.1 bp), as exact as whole microseconds
// are, so that parts put together are the whole. Holds only the stretches of bins that were ever stood in.

const BINS_A_PERCENT = 1_000;
/** What stands further out than ten percent is counted as lying there. */
const SIDE = 10 * BINS_A_PERCENT;
const PAGE_BITS = 7;
const PAGE_BINS = 1 << PAGE_BITS;
export const IN_PAGE = PAGE_BINS - 1;
const PAGES = Math.ceil((2 * SIDE + 1) / PAGE_BINS);
/** More than an hour. */
const US_SHORT_MAX = 2 ** 32 - 1;
const EMPTY = new Float64Array(0);

/** Bins that were stood in, ascending, and how long: plain, and small, for keeping. */
export interface HistogramParts {
  readonly bins: Uint16Array;
  readonly us: Uint32Array | Float64Array;
}

export class TimeHistogram {
  readonly #pages: (Float64Array | undefined)[] = new Array(PAGES).fill(undefined);

  /** Where the microseconds of a bin lie, at `bin & IN_PAGE`: they are added millions of times. */
  page(bin: number): Float64Array {
    const page = this.#pages[bin >> PAGE_BITS];
    if (page !== undefined) return page;
    const fresh = new Float64Array(PAGE_BINS);
    this.#pages[bin >> PAGE_BITS] = fresh;
    return fresh;
  }

  get parts(): HistogramParts {
    const [bins, times]: [number[], number[]] = [[], []];
    let isShort = true;
    for (const [at, page] of this.#pages.entries()) {
      if (page === undefined) continue;
      for (let bin = 0; bin < PAGE_BINS; bin += 1) {
        const us = page[bin]!;
        if (us === 0) continue;
        bins.push(at * PAGE_BINS + bin);
        times.push(us);
        isShort &&= us <= US_SHORT_MAX;
      }
    }
    return { bins: Uint16Array.from(bins), us: isShort ? Uint32Array.from(times) : Float64Array.from(times) };
  }

  /** As if what the parts are of had been added here. */
  merge({ bins, us }: HistogramParts): void {
    let page: Float64Array = EMPTY;
    let of = -1;
    for (let at = 0; at < bins.length; at += 1) {
      const bin = bins[at]!;
      if (bin >> PAGE_BITS !== of) {
        of = bin >> PAGE_BITS;
        page = this.page(bin);
      }
      page[bin & IN_PAGE]! += us[at]!;
    }
  }

  /** Percent: the middle of the first bin up to which at least this share of the time lies; NaN where there is none. */
  quantile(q: number): number {
    const wantedUs = q * this.#usBefore(2 * SIDE + 1);
    let us = 0;
    for (const [at, page] of this.#pages.entries()) {
      if (page === undefined) continue;
      for (let bin = 0; bin < PAGE_BINS; bin += 1) {
        us += page[bin]!;
        if (page[bin]! > 0 && us >= wantedUs) return (at * PAGE_BINS + bin - SIDE) / BINS_A_PERCENT;
      }
    }
    return Number.NaN;
  }

  /** Share of the time that lay below the value's bin, and half of what lay in it: 0 to 1. NaN where there is none. */
  rank(percent: number): number {
    const bin = binOf(percent);
    const belowUs = this.#usBefore(bin);
    return (belowUs + (this.#usBefore(bin + 1) - belowUs) / 2) / this.#usBefore(2 * SIDE + 1);
  }

  #usBefore(end: number): number {
    let us = 0;
    for (const [at, page] of this.#pages.entries()) {
      if (page === undefined) continue;
      const bins = Math.min(PAGE_BINS, end - at * PAGE_BINS);
      for (let bin = 0; bin < bins; bin += 1) us += page[bin]!;
    }
    return us;
  }
}

/** Of a value in percent. */
export function binOf(percent: number): number {
  const bin = Math.floor(percent * BINS_A_PERCENT + 0.5) + SIDE;
  return bin < 0 ? 0 : bin > 2 * SIDE ? 2 * SIDE : bin;
}
