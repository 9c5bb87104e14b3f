// How much the lake grows: an estimate from rates, for who must provide the disk. Measured by `npm run bench -- growth`.

/** Of a row in hour files of busy instruments (20 to 1,000 ms between quotes): 32.2 to 33.6 were measured. A compacted day takes a third. */
export const BYTES_A_QUOTE = 33;
/** What every instrument's file of an hour has besides: footer, statistics, and what little can be packed in a small one. */
export const BYTES_AN_HOUR_FILE = 2_000;

const SECONDS_A_DAY = 86_400;
const HOURS_A_DAY = 24;

/** Bytes a day; the rate is that of all these instruments together. */
export function lakeBytesADay(quotesPerSecond: number, instruments: number): number {
  return quotesPerSecond * SECONDS_A_DAY * BYTES_A_QUOTE + instruments * HOURS_A_DAY * BYTES_AN_HOUR_FILE;
}
