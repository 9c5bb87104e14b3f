import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChartData } from '../../src/api/contract.js';
import { FullFrames, POINTS_FLOOR } from '../../src/api/realtime-frames.js';
import { asWritten } from '../support/written.js';
import { START_US, symbolsNamed, type WindowStage, windowStage } from '../windows/stage.js';

const KB = 1_024;

function stageOf(count: number, rounds: number): WindowStage & { tick(): void } {
  const symbols = symbolsNamed(count);
  const stage = windowStage({ exchanges: ['Alpha', 'Beta'], symbols, pairsMax: 400 });
  let round = 0;
  const tick = () => {
    round += 1;
    for (const [at, symbol] of symbols.entries())
      for (const [leg, exchange] of ['Alpha', 'Beta'].entries())
        stage.quote(
          exchange,
          symbol,
          START_US + round * 1_000_000,
          100 + leg / 7 + ((round * 13 + at) % 97) / 3,
        );
  };
  for (let made = 0; made < rounds; made += 1) tick();
  return { ...stage, tick };
}

const chartsOf = (bytes: Buffer) => JSON.parse(bytes.toString()) as ChartData[];
const namesOf = (charts: readonly ChartData[]) => charts.map(({ symbol }) => symbol);
const pointsOf = (charts: readonly ChartData[]) =>
  Math.max(...charts.map(({ timestamps }) => timestamps.length));

test('a crowded frame has fewer points of each chart before it has fewer charts; least and greatest are kept', () => {
  const { watched } = stageOf(100, 300);
  const frames = new FullFrames({ pointsPerChart: 100, frameBytesMax: 256 * KB });
  const bytes = frames.frame(watched.windows, 'camel');
  const charts = chartsOf(bytes);
  assert.equal(charts.length, 100);
  assert.equal(frames.leftOut, 0);
  assert.ok(bytes.length <= 256 * KB && bytes.length > 128 * KB, `${bytes.length} bytes`);
  assert.ok(pointsOf(charts) >= POINTS_FLOOR && pointsOf(charts) <= frames.points && frames.points < 100);
  for (const [at, chart] of charts.entries()) {
    const all = Array.from(watched.windows[at]!.chart(Number.POSITIVE_INFINITY).spreads);
    assert.equal(Math.max(...(chart.spreads as number[])), asWritten(Math.max(...all)));
    assert.equal(Math.min(...(chart.spreads as number[])), asWritten(Math.min(...all)));
    assert.equal(chart.spreads.at(-1), asWritten(all.at(-1)!));
  }
});

test('at the floor, the last in rank are left out and counted, and the others are what they would be alone', () => {
  const { watched } = stageOf(300, 300);
  const frames = new FullFrames({ pointsPerChart: 100, frameBytesMax: 256 * KB });
  for (const keyCase of ['camel', 'snake'] as const) {
    const bytes = frames.frame(watched.windows, keyCase);
    const charts = chartsOf(bytes);
    assert.ok(bytes.length <= 256 * KB);
    assert.ok(charts.length > 100 && charts.length < 300, `${charts.length} charts`);
    assert.deepEqual(namesOf(charts), symbolsNamed(300).slice(0, charts.length));
    assert.equal(frames.leftOut, 300 - charts.length);
    assert.equal(frames.points, POINTS_FLOOR);
  }
  // The same pairs the other way round: others come first, and so they are the ones with a chart.
  const last = watched.windows.at(-1)!;
  const turned = chartsOf(frames.frame(watched.windows.toReversed(), 'camel'));
  assert.equal(turned[0]?.symbol, last.symbol);
});

test('points come back when there is room again, and the number of them does not swing', () => {
  const { watched, tick } = stageOf(100, 300);
  const frames = new FullFrames({ pointsPerChart: 100, frameBytesMax: 256 * KB });
  const seen = new Set<number>();
  for (let frame = 0; frame < 60; frame += 1) {
    frames.frame(watched.windows, 'camel');
    assert.equal(frames.leftOut, 0);
    if (frame >= 10) seen.add(frames.points);
    tick();
  }
  assert.equal(seen.size, 1, `points ${[...seen].join(', ')}`);
  for (let frame = 0; frame < 10; frame += 1) frames.frame(watched.windows.slice(0, 10), 'camel');
  assert.equal(frames.points, 100);
  assert.ok(pointsOf(chartsOf(frames.frame(watched.windows.slice(0, 10), 'camel'))) > 60);
});

test('a crowded frame costs each changed chart one serialisation, once the number of points is found', () => {
  const { watched, tick } = stageOf(100, 300);
  const frames = new FullFrames({ pointsPerChart: 100, frameBytesMax: 256 * KB });
  for (let frame = 0; frame < 10; frame += 1) frames.frame(watched.windows, 'camel');
  const before = frames.chartsSerialised;
  frames.frame(watched.windows, 'camel');
  assert.equal(frames.chartsSerialised, before, 'nothing has changed');
  tick();
  frames.frame(watched.windows, 'camel');
  frames.frame(watched.windows, 'snake');
  assert.equal(frames.chartsSerialised - before, 100);
});

test('fewer points than the floor, where that is what was asked for', () => {
  const { watched } = stageOf(20, 100);
  const frames = new FullFrames({ pointsPerChart: 10, frameBytesMax: 4 * KB });
  const charts = chartsOf(frames.frame(watched.windows, 'camel'));
  assert.ok(pointsOf(charts) <= 10 && charts.length > 0);
  assert.equal(frames.leftOut, 20 - charts.length);
  assert.equal(frames.points, 10);
});
