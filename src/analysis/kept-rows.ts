// Whether the rows that a span of time was counted from are still the same, by the files that hold them. What is in no file yet is
// in the journal, and becomes a file with its last row's stamp in its name.

import { hourStartUs, type Micros, US_PER_HOUR } from '../core/time.js';
import { type FilesOfHours, type HourFiles, stampOfPlace } from '../lake/hour-files.js';
import type { LakeInstrument } from '../lake/reader.js';
import { QUOTE_US_MAX } from '../series/leg-events.js';

/** Half-open. */
export interface TimeSpan {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** Of one instrument and one hour that a span rests on. */
export interface LegRows extends HourFiles {
  /** Of the newest row that counted; -Infinity: none did. */
  readonly lastUs: Micros;
}

/** The quotes before it that may stand in it are part of what a span rests on. */
export function restsOn({ fromUs, toUs }: TimeSpan): TimeSpan {
  return { fromUs: fromUs - QUOTE_US_MAX, toUs };
}

/** The files of the hours that a span rests on, ascending. */
export async function filesOf(
  files: FilesOfHours,
  leg: LakeInstrument,
  span: TimeSpan,
): Promise<HourFiles[]> {
  const { fromUs, toUs } = restsOn(span);
  const found: HourFiles[] = [];
  for (let us = hourStartUs(fromUs); us < toUs; us += US_PER_HOUR) found.push(await files.of(leg, us));
  return found;
}

/** `lastUs`: of the newest row before the span, and of the newest before its end. */
export function legRows(
  files: readonly HourFiles[],
  span: TimeSpan,
  lastUs: readonly [before: Micros, within: Micros],
): readonly LegRows[] {
  const { fromUs } = restsOn(span);
  return files.map((of, at) => {
    const hourUs = hourStartUs(fromUs) + at * US_PER_HOUR;
    const last = hourUs < hourStartUs(span.fromUs) ? lastUs[0] : lastUs[1];
    return { ...of, lastUs: last >= Math.max(hourUs, fromUs) ? last : Number.NEGATIVE_INFINITY };
  });
}

/** The rows that a span rests on are those that it was counted from. */
export function areSame(kept: readonly LegRows[], now: readonly HourFiles[], span: TimeSpan): boolean {
  const zone = restsOn(span);
  return (
    kept.length === now.length &&
    kept.every((rows, at) => isSame(rows, now[at]!, hourStartUs(zone.fromUs) + at * US_PER_HOUR, zone))
  );
}

/** A file that came since is what was in the journal then, or holds none of the rows. */
function isSame(kept: LegRows, now: HourFiles, hourUs: Micros, zone: TimeSpan): boolean {
  if (kept.others !== now.others || kept.ours.some((place) => !now.ours.includes(place))) return false;
  const fresh = now.ours.filter((place) => !kept.ours.includes(place));
  return fresh.every((place) => {
    const stampUs = stampOfPlace(place, hourUs) ?? Number.NaN;
    return stampUs === kept.lastUs || stampUs >= zone.toUs || stampUs < zone.fromUs;
  });
}
