// Which columns of a Parquet schema make a quote, and how each is turned into numbers. Pure.
// Names are matched as the older readers of such lakes do, so that what they could read can still be read.

import type { SchemaElement } from 'hyparquet';
import { type ColumnCodec, numberCodec, timeCodec, timeUnitOf } from './parquet-values.js';

export type ColumnRole = 'time' | 'bid' | 'ask' | 'bidSize' | 'askSize' | 'exchangeTime';

export interface QuoteColumn {
  readonly name: string;
  readonly codec: ColumnCodec;
  /** What it is stored as where that is 64 bits that are a number as they stand, times `factor`; null for all others. */
  readonly flat: { readonly isOptional: boolean; readonly factor: number } | null;
}

/** Leaf columns at the top of the schema; nested ones are no quotes of anybody's. */
function topLevelColumns(schema: readonly SchemaElement[]): SchemaElement[] {
  const found: SchemaElement[] = [];
  const skipTree = (at: number): number => {
    let next = at + 1;
    for (let i = 0; i < (schema[at]?.num_children ?? 0); i++) next = skipTree(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skipTree(at)) {
    const element = schema[at]!;
    if (element.type !== undefined && !element.num_children && element.repetition_type !== 'REPEATED') {
      found.push(element);
    }
  }
  return found;
}

/** The columns of a file that a quote is made of, by what every generation of lakes called them. */
export function chooseColumns(schema: readonly SchemaElement[]): Partial<Record<ColumnRole, SchemaElement>> {
  const named = topLevelColumns(schema).map((element) => ({ element, name: element.name.toLowerCase() }));
  const size = /size|qty|quantity|volume|amount/;
  const price = (word: string) =>
    named.find((c) => c.name === word) ?? named.find((c) => c.name.includes(word) && !size.test(c.name));
  const amount = (word: string) => named.find((c) => c.name.includes(word) && size.test(c.name));
  const found = {
    time: named.find((c) => c.name.includes('time')),
    bid: price('bestbid'),
    ask: price('bestask'),
    bidSize: amount('bestbid'),
    askSize: amount('bestask'),
    exchangeTime: named.find((c) => c.name === 'exchangetimestamp'),
  };
  const chosen: Partial<Record<ColumnRole, SchemaElement>> = {};
  for (const role of Object.keys(found) as ColumnRole[]) {
    const column = found[role];
    if (column !== undefined) chosen[role] = column.element;
  }
  return chosen;
}

export function withCodecs(
  chosen: Partial<Record<ColumnRole, SchemaElement>>,
): Partial<Record<ColumnRole, QuoteColumn>> {
  const columns: Partial<Record<ColumnRole, QuoteColumn>> = {};
  for (const [role, element] of Object.entries(chosen) as [ColumnRole, SchemaElement][]) {
    const isTime = role === 'time' || role === 'exchangeTime';
    const codec = isTime ? timeCodec(element) : numberCodec(element);
    const factor = isTime ? microsPerInteger(element) : element.type === 'DOUBLE' ? 1 : null;
    const isOptional = element.repetition_type === 'OPTIONAL';
    columns[role] = { name: element.name, codec, flat: factor === null ? null : { isOptional, factor } };
  }
  return columns;
}

/** Null where a time is no integer, or needs more than a factor. */
function microsPerInteger(element: SchemaElement): number | null {
  if (element.type !== 'INT64') return null;
  const unit = timeUnitOf(element);
  return unit === 'micros' ? 1 : unit === 'millis' ? 1_000 : null;
}

/** The element without its meaning: its values then come as they are stored. */
export function physical(element: SchemaElement): SchemaElement {
  const { name, type, type_length, repetition_type } = element;
  return {
    name,
    ...(type === undefined ? {} : { type }),
    ...(type_length === undefined ? {} : { type_length }),
    ...(repetition_type === undefined ? {} : { repetition_type }),
  };
}
