// /api/coverage over real HTTP and a lake as two processes recorded it, the first of which was killed: its gaps are the
// holes of /api/charts moment by moment, its classes make up the range, and bad requests are named.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ChartData, CoverageReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import type { ColdEvent } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { hourStartUs, US_PER_HOUR } from '../../src/core/time.js';
import { Hub } from '../../src/hub/hub.js';
import { journalOf, type Row } from '../lake/support/lakes.js';
import { startTestApp, type TestApp } from '../support/app.js';

const LEGS = ['Binance', 'OKX'] as const;
const clock = createRealClock();
/** Over the end of an hour. */
const startUs = hourStartUs(clock.nowUs()) - US_PER_HOUR - 200e6;
const at = (seconds: number) => startUs + Math.round(seconds * 1e6);
let app: TestApp;

/** What one process recorded from `from` to `to`, seconds; `quiet` says when a leg says nothing. */
class Session {
  readonly entries: (Row | ColdEvent)[] = [];
  readonly #hub: Hub;
  readonly #at: { readonly us: number; readonly run: () => void }[] = [];

  constructor(lastStampUs: number, from: number, to: number, quiet: (leg: number, s: number) => boolean) {
    this.#hub = new Hub({ instrumentsMax: 4, lastStampUs });
    this.#hub.subscribe({
      quote: (us, id, bid, bidSize, ask, askSize, exchangeUs) =>
        this.entries.push([us, id, bid, bidSize, ask, askSize, exchangeUs]),
      cold: (event) => this.entries.push(event),
    });
    for (const leg of [0, 1])
      for (let s = from + leg * 0.01; s < to; s += 0.5)
        if (!quiet(leg, s)) this.tell(s, () => this.#hub.quote(leg, 100, 1, 101, 1, Number.NaN, at(s)));
    for (let s = from + 0.007; s < to; s += 5)
      for (const name of LEGS) this.tell(s, () => this.#hub.alive(`${name}#1`, at(s) - 2_000, at(s)));
  }

  tell(s: number, run: () => void): void {
    this.#at.push({ us: at(s), run });
  }

  gap(s: number, leg: number, from: number, reason: 'disconnect' | 'silent' | 'disk'): void {
    this.tell(s, () => this.#hub.gap(leg, at(from), reason, at(s)));
  }

  record(): number {
    for (const { run } of this.#at.sort((a, b) => a.us - b.us)) run();
    return this.#hub.lastStampUs;
  }
}

before(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coverage-'));
  const instruments = new InstrumentTable();
  for (const name of LEGS) instruments.intern(name, 'BTC/USDT');
  const within = (s: number, from: number, to: number) => s > from && s < to;
  const first = new Session(0, 0, 240, (leg, s) =>
    leg === 0
      ? within(s, 60.2, 75) || within(s, 180.2, 190)
      : within(s, 120.2, 150) || within(s, 181.2, 190) || within(s, 205, 225),
  );
  first.gap(63.003, 0, 60.203, 'disconnect');
  first.gap(140.003, 1, 120.204, 'silent');
  first.gap(189.703, 0, 180.503, 'disk');
  first.gap(189.803, 1, 181.511, 'disk');
  const killedUs = first.record();
  await journalOf(folder, clock, instruments, first.entries);
  const second = new Session(killedUs, 300, 400, () => false);
  second.record();
  await journalOf(folder, clock, instruments, second.entries);
  app = await startTestApp(({ lake }) => cpSync(folder, lake, { recursive: true }));
  rmSync(folder, { recursive: true });
});

after(async () => {
  await app.stop();
  clock.close();
});

const ms = (s: number) => at(s) / 1_000;

async function coverage(query: string): Promise<CoverageReply> {
  const response = await fetch(`${app.url}/api/coverage${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as CoverageReply;
}

/** `class from-to`, in seconds since the start. */
const plain = ({ segments }: CoverageReply) =>
  segments.map(({ from, to, class: kind, reason }) => {
    const seconds = (when: number) => Math.round(when * 1e6 - startUs) / 1e6;
    return `${reason ?? kind} ${seconds(from)}-${seconds(to)}`;
  });

test('of two legs, the gaps of either are the holes of their chart, moment by moment', async () => {
  const range = `from=${ms(0.02)}&to=${ms(400)}`;
  const legs = await Promise.all(LEGS.map((leg) => coverage(`?symbol=btc-usdt&exchange=${leg}&${range}`)));
  const chart = (await (
    await fetch(`${app.url}/api/charts?symbol=BTCUSDT&exchange1=binance&exchange2=okx&${range}`)
  ).json()) as ChartData;
  const holes: [number, number][] = [];
  for (const [row, spread] of chart.spreads.entries())
    if (spread === null)
      holes.push([chart.timestamps[row]!, chart.timestamps[row + 1] ?? Number.POSITIVE_INFINITY]);
  const isHole = (s: number) => holes.some(([from, to]) => from <= s && s < to);
  const isGap = (s: number) =>
    legs.some(({ segments }) => segments.some((g) => g.class === 'gap' && g.from <= s && s < g.to));
  let gaps = 0;
  for (let s = 0.5; s < 399; s += 0.05) {
    const when = at(s + 0.0005) / 1e6;
    assert.equal(isGap(when), isHole(when), `at ${s} s`);
    if (isGap(when)) gaps += 1;
  }
  assert.ok(gaps > 2_000, `${gaps}`);
  const told = (reply: CoverageReply) => plain(reply).filter((text) => !/^(data|quiet)/.test(text));
  // The process was killed right after its last quotes, at 239.5 s.
  const [down0, down1] = legs.map((leg) => told(leg).find((text) => text.startsWith('process-down')));
  assert.match(down0!, /^process-down 239\.\d+-300\.000001$/);
  assert.match(down1!, /^process-down 239\.\d+-300\.010001$/);
  assert.deepEqual(told(legs[0]!), ['disconnect 60.203-75', 'disk 180.503-190', down0]);
  assert.deepEqual(told(legs[1]!), ['silent 120.204-150.01', 'disk 181.511-190.01', down1]);
  assert.ok(plain(legs[1]!).some((text) => /^quiet-but-alive 205-225/.test(text)));
});

test('totals and segments are of the whole range, each moment once; the process is down since its last proof', async () => {
  const reply = await coverage('?symbol=BTC_USDT&exchange=oKx');
  assert.deepEqual([reply.symbol, reply.exchange], ['BTC/USDT', 'OKX']);
  const { totals, segments, gaps } = reply;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  assert.ok(Math.abs(sum(totals.map(({ seconds }) => seconds)) - 86_400) < 1e-3);
  assert.ok(Math.abs(sum(totals.map(({ percent }) => percent)) - 100) < 1e-9);
  const gapSeconds = totals.find((total) => total.class === 'gap')!.seconds;
  assert.ok(Math.abs(sum(gaps.map(({ seconds }) => seconds)) - gapSeconds) < 1e-3);
  assert.deepEqual([segments[0]!.from, segments.at(-1)!.to], [reply.from, reply.to]);
  for (const [n, segment] of segments.entries()) if (n > 0) assert.equal(segment.from, segments[n - 1]!.to);
  const all = plain(reply);
  assert.match(all[0]!, /^not-collected/);
  assert.match(all.at(-1)!, /^process-down 400-/);
  assert.deepEqual([reply.joinedBelowSeconds, reply.cutAt], [0, null]);
});

test('parameters are read as everywhere: any spelling, times as of charts; what is wrong is named', async () => {
  const iso = new Date(ms(100)).toISOString();
  const reply = await coverage(`?symbol=BTC%2FUSDT&exchange=binance&from=${iso}&to=${ms(101)}`);
  assert.deepEqual(plain(reply), ['data 100-101']);
  const statusOf = async (query: string) => {
    const response = await fetch(`${app.url}/api/coverage${query}`);
    return [response.status, ((await response.json()) as { field?: string }).field];
  };
  assert.deepEqual(await statusOf('?exchange=OKX'), [400, 'symbol']);
  assert.deepEqual(await statusOf('?symbol=BTC_USDT'), [400, 'exchange']);
  assert.deepEqual(await statusOf('?symbol=BTC_USDT&exchange=OKX&from=soon'), [400, 'from']);
  assert.deepEqual(await statusOf('?symbol=BTC_USDT&exchange=OKX&from=20&to=10'), [400, 'to']);
  assert.deepEqual(await statusOf('?symbol=BTC_USDT&exchange=OKX&from=0&to=9999999999999'), [400, 'from']);
  assert.deepEqual(await statusOf('?symbol=ETH_USDT&exchange=OKX'), [404, undefined]);
  assert.deepEqual(await statusOf('?symbol=BTC_USDT&exchange=Nowhere'), [404, undefined]);
  const openapi = (await (await fetch(`${app.url}/api/openapi.json`)).json()) as {
    paths: Record<string, unknown>;
  };
  assert.ok('/api/coverage' in openapi.paths);
});

test('a client that goes away does not keep the next one waiting', async () => {
  const gone = new AbortController();
  const asked = fetch(`${app.url}/api/coverage?symbol=BTC_USDT&exchange=OKX&from=${ms(-2e6)}`, {
    signal: gone.signal,
  });
  gone.abort();
  await assert.rejects(asked);
  assert.equal(
    (await coverage(`?symbol=BTC_USDT&exchange=OKX&from=${ms(1)}&to=${ms(2)}`)).segments.length,
    1,
  );
});
