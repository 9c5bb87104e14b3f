// A soak as a picture: memory, the loop's delay and the rate over time, beside what the predecessor recorded of itself. Pure:
// gives SVG text, readable on light and dark ground.

import type { SoakSample } from './soak.js';

/** Seconds after its start, MB: recorded by its own monitor on 22 November 2025 at 2,000 to 8,000 events a second. */
const PREDECESSOR: readonly (readonly [number, number])[] = [
  [1, 71],
  [10, 225],
  [30, 282],
  [60, 346],
  [120, 523],
  [180, 689],
  [240, 852],
  [300, 1_010],
  [327, 1_079],
  [1_081, 6_706],
  [1_093, 3_541],
];
/** Freezes that it noted, ms: the longest. */
const PREDECESSOR_FREEZE_MS = 1_232;

const [WIDTH, LEFT, RIGHT] = [860, 70, 20];
const [PANEL, GAP, TOP] = [150, 46, 34];

interface Panel {
  readonly title: string;
  readonly ticks: readonly number[];
  /** Share of the panel's height, from its foot. */
  readonly place: (value: number) => number;
  readonly lines: readonly Line[];
}

interface Line {
  readonly colour: string;
  readonly label: string;
  readonly points: readonly (readonly [second: number, value: number])[];
}

export function soakPlot(samples: readonly SoakSample[], title: string): string {
  const seconds = Math.max(...samples.map(({ second }) => second));
  const rates = samples.map(({ second, received }, at): [number, number] => {
    const before = samples[at - 1];
    return [second, before === undefined ? 0 : (received - before.received) / (second - before.second)];
  });
  const panels: readonly Panel[] = [
    {
      title: 'resident memory, MB (logarithmic)',
      ...logarithmic([50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]),
      lines: [
        { colour: '#d9534f', label: 'its predecessor, as it recorded itself', points: PREDECESSOR },
        {
          colour: '#2f81f7',
          label: 'this program',
          points: samples.map(({ second, rssMb }) => [second, rssMb]),
        },
      ],
    },
    {
      title: `longest delay of the loop within ten seconds, ms (predecessor: up to ${PREDECESSOR_FREEZE_MS})`,
      ...linear(
        niceMost(
          samples.map(({ loopDelayMs }) => loopDelayMs),
          50,
        ),
      ),
      lines: [
        {
          colour: '#2f81f7',
          label: '',
          points: samples.map(({ second, loopDelayMs }) => [second, loopDelayMs]),
        },
      ],
    },
    {
      title: 'quotes a second',
      ...linear(
        niceMost(
          rates.map(([, rate]) => rate),
          10_000,
        ),
      ),
      lines: [{ colour: '#2f81f7', label: '', points: rates.slice(1) }],
    },
  ];
  const height = TOP + panels.length * (PANEL + GAP) + 14;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#808890">`,
    `<title>${escaped(title)}</title>`,
    `<text x="${LEFT}" y="18" font-size="14">${escaped(title)}</text>`,
    ...panels.map((panel, at) => panelText(panel, TOP + at * (PANEL + GAP), seconds)),
    '</svg>\n',
  ].join('\n');
}

function panelText({ title, ticks, place, lines }: Panel, top: number, seconds: number): string {
  const x = (second: number) => (LEFT + (second / seconds) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number) => (top + 18 + PANEL * (1 - place(value))).toFixed(1);
  const foot = top + 18 + PANEL;
  const step = [10, 30, 60, 120, 300, 600, 1_800, 3_600].find((one) => seconds / one <= 8) ?? 7_200;
  const times = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, n) => n * step);
  return [
    `<text x="${LEFT}" y="${top + 10}">${escaped(title)}</text>`,
    ...ticks.map(
      (tick) =>
        `<path d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}" stroke="#808890" stroke-opacity=".25"/><text x="${LEFT - 8}" y="${Number(y(tick)) + 4}" text-anchor="end">${tick.toLocaleString('en')}</text>`,
    ),
    ...times.map(
      (second) => `<text x="${x(second)}" y="${foot + 15}" text-anchor="middle">${timeText(second)}</text>`,
    ),
    ...lines.map((line) => lineText(line, x, y, seconds)),
  ].join('\n');
}

function lineText(
  { colour, label, points }: Line,
  x: (second: number) => string,
  y: (value: number) => string,
  seconds: number,
): string {
  const shown = points.filter(([second]) => second <= seconds);
  const path = shown.map(([second, value], at) => `${at === 0 ? 'M' : 'L'}${x(second)} ${y(value)}`).join('');
  const last = shown.at(-1);
  if (last === undefined) return '';
  const words =
    label === ''
      ? ''
      : `<text x="${Math.min(Number(x(last[0])), WIDTH - RIGHT)}" y="${Number(y(last[1])) - 8}" text-anchor="end" fill="${colour}">${escaped(label)}</text>`;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>${words}`;
}

function linear(most: number): Pick<Panel, 'ticks' | 'place'> {
  return {
    ticks: [0, most / 2, most],
    place: (value) => Math.min(1, Math.max(0, value / most)),
  };
}

function logarithmic(ticks: readonly number[]): Pick<Panel, 'ticks' | 'place'> {
  const [least, most] = [Math.log(ticks[0]!), Math.log(ticks.at(-1)!)];
  return {
    ticks,
    place: (value) => Math.min(1, Math.max(0, (Math.log(value) - least) / (most - least))),
  };
}

function niceMost(values: readonly number[], least: number): number {
  const most = Math.max(least, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((times) => times * power).find((one) => one >= most) ?? 10 * power;
}

function timeText(second: number): string {
  return second % 60 === 0 ? `${second / 60} min` : `${second} s`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
