// The layouts before the hive: `<root>/<yyyy-MM-dd_HH-mm-ss>/<Exchange>/<Symbol>/order_book_updates.{csv.gz,parquet}`,
// a dated folder for each run of the collector of those days. Pure, from names alone.

import { basename, dirname } from 'node:path';
import { type Micros, US_PER_HOUR } from '../core/time.js';
import type { Partition } from './plan.js';

const SESSION = /^(\d{4}-\d\d-\d\d)_(\d\d)-(\d\d)-(\d\d)$/;

/**
 * Whose clock named the folder, and stamped its files, is not known: the machine's own, in any zone. No time of
 * day is further from UTC.
 */
export const ZONE_SLACK_US = 14 * US_PER_HOUR;

/** When the run began by its folder's name, read as UTC; null for any other name. */
export function sessionStartUs(name: string): Micros | null {
  const match = SESSION.exec(name);
  if (match === null) return null;
  const ms = Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}Z`);
  return Number.isNaN(ms) ? null : ms * 1000;
}

/** The partition that an instrument's folder is, where it is one of a dated run; null where it is none. */
export function sessionPartition(directory: string): Partition | null {
  if (/^symbol=/i.test(basename(directory))) return null;
  const startUs = sessionStartUs(basename(dirname(dirname(directory))));
  if (startUs === null) return null;
  return { directory, depth: 'flat', fromUs: startUs - ZONE_SLACK_US, toUs: Number.POSITIVE_INFINITY };
}

/** A run goes on until nobody knows when. */
export function isSession({ fromUs, toUs }: Partition): boolean {
  return Number.isFinite(fromUs) && toUs === Number.POSITIVE_INFINITY;
}
