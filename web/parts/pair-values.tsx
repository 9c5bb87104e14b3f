// The values above the charts of a pair: under the cursor, else the newest; where there is none, why.

import type { PairName } from '../../src/api/contract.js';
import type { Columns } from '../charts/pair-rows.js';
import { clock } from '../charts/section.js';
import { momentText, percentText, priceText } from '../format.js';
import { LINES, type PairData } from '../state/pair-data.js';
import { lineText } from '../state/pair-view.js';
import { holeWords } from './coverage-strip.js';

interface ValuesProps {
  readonly name: PairName;
  readonly columns: { readonly spreads: Columns; readonly legs: Columns } | null;
  readonly row: number | null;
  readonly data: PairData;
}

/** What lies under the cursor, else the newest; where there is none, why. */
export function PairValues({ name, columns, row, data }: ValuesProps) {
  if (columns === null) return null;
  const [times, ...values] = columns.spreads;
  const shown = row ?? times.length - 1;
  const at = times[shown];
  if (at === undefined) return null;
  // Only where this line has no row of its own is it what it was before.
  const valueAt = (column: readonly (number | null | undefined)[]): number | null | undefined => {
    for (let place = shown; place >= 0; place -= 1) if (column[place] !== undefined) return column[place];
    return undefined;
  };
  const lines = LINES.filter((line) => line in data.lines);
  const isHole = valueAt(values[0] ?? []) === null;
  return (
    <dl class="legend pair-values">
      {lines.map((line) => (
        <div key={line} class={`line-${line}`}>
          <dt>{lineText(line, name)}</dt>
          <dd>{percentText(valueAt(values[LINES.indexOf(line)] ?? []))}</dd>
        </div>
      ))}
      <div class="time">
        <dd>{momentText(at, clock.nowSeconds())}</dd>
      </div>
      {isHole && (
        <div class="bad">
          <dd>{holeWords(data.coverage, at)}</dd>
        </div>
      )}
      <LegValues name={name} columns={columns.legs} at={at} />
    </dl>
  );
}

function LegValues({
  name,
  columns,
  at,
}: {
  readonly name: PairName;
  readonly columns: Columns;
  readonly at: number;
}) {
  const [times, ...values] = columns;
  const last = times.findLastIndex((time) => time <= at);
  const price = (column: number): string => {
    for (let place = last; place >= 0; place -= 1) {
      const value = values[column]?.[place];
      if (value !== undefined) return priceText(value);
    }
    return priceText(null);
  };
  return (
    <>
      {[name.exchange1, name.exchange2].map((exchange, leg) => (
        <div key={exchange} class={leg === 0 ? 'line-bid' : 'line-edge12'}>
          <dt>{exchange}</dt>
          <dd>{`${price(leg * 2)} / ${price(leg * 2 + 1)}`}</dd>
        </div>
      ))}
    </>
  );
}
