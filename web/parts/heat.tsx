// A heatmap of hours, as the table that it is: each cell has its words, the arrow keys go from cell to cell. A cell is a bar as high as
// the covered share with hatching above it, so that no colour is needed. The cells are made once an answer, not once a look.

import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { HourCoverage, LakeCoverageReply } from '../../src/api/contract.js';
import { ABSENT, clockText, dateText, ZONE_SUFFIX } from '../format.js';
import { numberText, t } from '../i18n/words.js';
import { coveredOf, heatSummary } from '../state/heat.js';

const HOUR_SECONDS = 3_600;
/** A gap of a second is seen all the same. */
const GAP_SHOWN_MIN = 0.22;
/** More rows at once hold the page up. */
const ROWS_MAX = 60;
/** Of an hour that is labelled in the head, where there are two days, and where there are more. */
const LABEL_HOURS = 6;
const LABEL_HOURS_LONG = 24;
/** On a small screen. */
const LABEL_HOURS_NARROW = 12;

interface HeatProps {
  readonly reply: LakeCoverageReply;
  /** It is not the present any longer. */
  readonly isOld: boolean;
  /** What a row is. */
  readonly head: string;
  /** The row that is open; null = none. */
  readonly open: string | null;
  /** Null = rows do not open. */
  readonly toggle: ((name: string) => void) | null;
}

export function Heat({ reply, isOld, head, open, toggle }: HeatProps) {
  const told = useSignal<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const hours = useMemo(() => hourTexts(reply), [reply]);
  const [rowsMax, setRowsMax] = useState(ROWS_MAX);
  const toggling = useRef(toggle);
  toggling.current = toggle;
  const rows = useMemo(
    () =>
      reply.rows.slice(0, rowsMax).map((row, at) => (
        <tr key={row.name}>
          <th scope="row">
            {toggle === null ? (
              row.name
            ) : (
              <button
                type="button"
                class="plain opener"
                data-name={row.name}
                aria-expanded={row.name === open}
                title={t('heat.open', { name: row.name })}
                onClick={() => toggling.current?.(row.name)}
              >
                <span aria-hidden="true">{row.name === open ? '▾' : '▸'}</span> {row.name}
              </button>
            )}
          </th>
          <td class="number">{shareText(coveredOf(row))}</td>
          {cellsOf(row, hours, at === 0)}
        </tr>
      )),
    [reply, hours, open, toggle === null, rowsMax],
  );
  useEffect(() => {
    // The newest hours are what one looks for.
    if (scroller.current !== null) scroller.current.scrollLeft = scroller.current.scrollWidth;
  }, [reply.hours]);
  if (reply.rows.length === 0) return <p class="not-yet">{t('heat.none')}</p>;
  const say = (target: EventTarget | null): void => {
    const cell = target instanceof Element ? target.closest<HTMLElement>('td.hour') : null;
    const row = cell?.closest('tr')?.firstElementChild?.textContent.replace(/[▸▾] /, '') ?? '';
    told.value = cell === null ? null : `${row} · ${cell.getAttribute('aria-label') ?? ''}`;
  };
  return (
    <>
      <Summary reply={reply} />
      <div ref={scroller} class={`heat-scroll ${isOld ? 'old' : ''}`}>
        <table
          class="heat"
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the arrow keys go from cell to cell
          role="grid"
          aria-label={t('heat.title')}
          style={{ '--hours': reply.hours }}
          onPointerOver={({ target }) => say(target)}
          onPointerLeave={() => say(null)}
          onFocusIn={({ target }) => say(target)}
          onFocusOut={() => say(null)}
          onKeyDown={walk}
        >
          <thead>
            <tr>
              <th scope="col">{head}</th>
              <th scope="col" class="number">
                {t('heat.mean')}
              </th>
              <HourHeads reply={reply} />
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
      </div>
      {reply.rows.length > rowsMax && (
        <button type="button" class="more" onClick={() => setRowsMax(rowsMax + ROWS_MAX)}>
          {t('exchanges.more', { count: numberText(Math.min(ROWS_MAX, reply.rows.length - rowsMax)) })}
        </button>
      )}
      <Told told={told} />
      <Legend />
      {reply.leftOut > 0 && <p class="facts">{t('heat.leftOut', { count: numberText(reply.leftOut) })}</p>}
    </>
  );
}

/** The cells say the same to a screen reader. */
function Told({ told }: { told: { readonly value: string | null } }) {
  return (
    <p class="heat-told" aria-hidden="true">
      {told.value ?? t('heat.hint')}
    </p>
  );
}

function Summary({ reply }: { reply: LakeCoverageReply }) {
  const { covered, collected, withGap, cells, least } = heatSummary(reply);
  if (collected === 0) return <p class="facts">{t('heat.none')}</p>;
  const parts = [
    t('heat.summary', {
      covered: shareText(covered),
      withGap: numberText(withGap),
      collected: numberText(collected),
    }),
  ];
  if (least !== null)
    parts.push(t('heat.summary.least', { name: least.name, covered: shareText(least.covered) }));
  if (collected < cells)
    parts.push(t('heat.summary.void', { count: numberText(cells - collected), cells: numberText(cells) }));
  return <p class="heat-summary">{parts.join(' ')}</p>;
}

function Legend() {
  return (
    <ul class="heat-legend facts" aria-hidden="true">
      <li>
        <i class="hour full" /> {t('heat.legend.full')}
      </li>
      <li>
        <i class="hour part" style={{ '--covered': '60%' }} /> {t('heat.legend.part')}
      </li>
      <li>
        <i class="hour void" /> {t('heat.legend.void')}
      </li>
    </ul>
  );
}

function HourHeads({ reply: { from, hours } }: { reply: LakeCoverageReply }) {
  const every = hours > 72 ? LABEL_HOURS_LONG : LABEL_HOURS;
  return Array.from({ length: hours }, (_, at) => {
    const seconds = from + at * HOUR_SECONDS;
    const hour = Number(clockText(seconds).slice(0, 2));
    const text = hour === 0 ? dateText(seconds).slice(5) : clockText(seconds).slice(0, 5);
    return (
      <th key={seconds} scope="col" class="hour-head" aria-label={momentOf(seconds)}>
        {hour % every === 0 && hours - at >= 4 && (
          <span class={hour % LABEL_HOURS_NARROW === 0 ? '' : 'minor'} aria-hidden="true">
            {text}
          </span>
        )}
      </th>
    );
  });
}

function cellsOf({ covered, gap }: HourCoverage, hours: readonly string[], isFirst: boolean) {
  return covered.map((share, at) => {
    const time = hours[at]!;
    // One cell is where the tabulator key goes in; the arrows do the rest.
    const place = { tabIndex: isFirst && at === covered.length - 1 ? 0 : -1 };
    if (share === null)
      return <td {...place} key={at} class="hour void" aria-label={t('heat.cell.void', { time })} />;
    if (share >= 1)
      return <td {...place} key={at} class="hour full" aria-label={t('heat.cell.full', { time })} />;
    const label = t('heat.cell', { time, covered: shareText(share), gap: gapText(share, gap[at]!) });
    const height = Math.min(share, 1 - GAP_SHOWN_MIN) * 100;
    return (
      <td
        {...place}
        key={at}
        class={`hour ${share === 0 ? 'gap' : 'part'}`}
        style={{ '--covered': `${height.toFixed(1)}%` }}
        aria-label={label}
      />
    );
  });
}

function hourTexts({ from, hours }: LakeCoverageReply): readonly string[] {
  return Array.from({ length: hours }, (_, at) => {
    const seconds = from + at * HOUR_SECONDS;
    return `${momentOf(seconds)}–${clockText(seconds + HOUR_SECONDS).slice(0, 5)}${ZONE_SUFFIX}`;
  });
}

function momentOf(seconds: number): string {
  return `${dateText(seconds).slice(5)} ${clockText(seconds).slice(0, 5)}`;
}

/** `99.8 %`; never 100 where something is missing. */
function shareText(share: number): string {
  if (Number.isNaN(share)) return ABSENT;
  if (share >= 1) return '100 %';
  const digits = share > 0.999 || (share > 0 && share < 0.001) ? 2 : 1;
  const factor = 10 ** digits;
  return `${(Math.floor(share * 100 * factor) / factor).toFixed(digits)} %`;
}

/** Both together are all that was collected: what is cut from one is given to the other. */
function gapText(share: number, gap: number): string {
  const digits = share > 0.999 || (share > 0 && share < 0.001) ? 2 : 1;
  const factor = 10 ** digits;
  return `${(Math.ceil((Math.round(gap * 1e6) / 1e4) * factor) / factor).toFixed(digits)} %`;
}

const STEPS: Readonly<Record<string, readonly [rows: number, cells: number]>> = {
  ...{ ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] },
  ...{ Home: [0, Number.NEGATIVE_INFINITY], End: [0, Number.POSITIVE_INFINITY] },
};

/** From cell to cell; the one that has the focus is where the tabulator key comes back to. */
function walk(event: KeyboardEvent): void {
  const cell = event.target instanceof HTMLTableCellElement ? event.target : null;
  const step = STEPS[event.key];
  if (cell === null || step === undefined) return;
  const body = cell.closest('tbody');
  const row = cell.closest('tr');
  if (body === null || row === null) return;
  event.preventDefault();
  const rows = [...body.rows];
  const nextRow = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(row) + step[0]))]!;
  // Name and mean come before the hours.
  const at = Math.min(nextRow.cells.length - 1, Math.max(2, cell.cellIndex + step[1]));
  const next = nextRow.cells[at]!;
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
