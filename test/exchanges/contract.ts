// The contract that every exchange file must keep, as tests: recorded frames, fixtures, mangled frames,
// requests and limits. One call registers them all; a test that cannot hold for an exchange is skipped with
// a reason, never left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ExchangeAdapter, FRAME_BYTES_MAX, ListingError } from '../../src/exchanges/exchange.js';
import { findAdapter, findAdapterFor } from '../../src/exchanges/index.js';
import { answerPromises } from './contract-answers.js';
import { tooLongToScan } from './json-only.js';
import { applyEdit, edit, parse, swapValue } from './mangle.js';
import { fixtureBytes, fixtureFrames, type RecordedFrame, recordedFrames, recordedSkip } from './material.js';
import { type Call, callsOf, TestListing } from './record.js';

export interface ContractOptions {
  /** File name prefixes of its recordings, of every market and version: all must decode without surprise. */
  readonly recordings: readonly string[];
  /** The channels, as the recordings name them, that carry the best bid and ask. */
  readonly quoteChannels: readonly string[];
  /** Files of its recordings that hold frames of several channels: quotes and control frames alike. */
  readonly mixedChannels?: readonly string[];
  /** Name of its fixture file. */
  readonly fixtures: string;
  /** Two symbols in the exchange's spelling. */
  readonly symbols: readonly [string, string];
  /** Tests that cannot hold, by name, each with the reason. */
  readonly skips?: Readonly<Record<string, string>>;
}

/** The reasons that are about the data of a best bid and ask, not about its shape. */
const DATA_REASONS = new Set(['bad-price', 'bad-size', 'missing-field', 'out-of-order', 'stale']);

const NOW_US = 1_795_000_000_123_456;

export function contractSuite(adapter: ExchangeAdapter, options: ContractOptions): void {
  const promise = (name: string, run: () => void, needsRecordings = false) => {
    const skip = options.skips?.[name] ?? (needsRecordings ? recordedSkip : false);
    test(`${adapter.name} ${name}`, { skip }, run);
  };
  const recorded = options.recordings.flatMap(recordedFrames);
  recordingPromises(adapter, options, recorded, promise);
  fixturePromises(adapter, options, promise);
  mangledPromises(adapter, options, recorded, promise);
  requestPromises(adapter, options, promise);
  answerPromises(adapter, promise);
  namePromises(adapter, promise);
}

/** Details are for people, and may show where a text begins. */
function withoutDetail(calls: readonly Call[]): readonly unknown[] {
  return calls.map((call) => (call[0] === 'control' ? call.slice(0, 2) : call));
}

type Register = (name: string, run: () => void, needsRecordings?: boolean) => void;

function recordingPromises(
  adapter: ExchangeAdapter,
  options: ContractOptions,
  recorded: readonly RecordedFrame[],
  promise: Register,
): void {
  promise(
    'turns every recorded frame into what its channel is, and knows them all',
    () => {
      const listing = new TestListing('open');
      const decoder = adapter.createDecoder(listing);
      assert.ok(recorded.length > 0, 'there are recorded frames');
      for (const line of recorded) {
        const calls = callsOf(decoder, listing, line.frame);
        const where = `${line.file}: ${text(line.frame)} gives ${JSON.stringify(calls)}`;
        assert.ok(calls.length > 0, where);
        if (options.mixedChannels?.includes(line.channel))
          for (const call of calls) checkCall(call, call[0] !== 'control', where);
        else for (const call of calls) checkCall(call, options.quoteChannels.includes(line.channel), where);
      }
    },
    true,
  );

  promise(
    'reads a frame from its bytes as it reads it by its JSON',
    () => {
      const [listing, other] = [new TestListing('open'), new TestListing('open')];
      const [decoder, byJson] = [adapter.createDecoder(listing), adapter.createDecoder(other)];
      for (const { frame } of recorded) {
        const calls = callsOf(decoder, listing, frame);
        const wanted = callsOf(byJson, other, tooLongToScan(adapter, frame));
        assert.deepEqual(withoutDetail(calls), withoutDetail(wanted), text(frame));
      }
      assert.equal(byJson.scanned ?? 0, 0);
    },
    true,
  );

  promise(
    'reads nearly every recorded quote from its bytes',
    () => {
      const listing = new TestListing('open');
      const decoder = adapter.createDecoder(listing);
      const calls = recorded.flatMap(({ frame }) => callsOf(decoder, listing, frame));
      const quotes = calls.filter(([kind]) => kind === 'quote').length;
      const share = (decoder.scanned ?? 0) / quotes;
      // Of a few frames each may have a form of its own.
      assert.ok(quotes < 20 || decoder.scanned === undefined || share > 0.9, `${share} of ${quotes} quotes`);
    },
    true,
  );

  promise(
    'gives no quote of a symbol that is not selected',
    () => {
      const listing = new TestListing([]);
      const decoder = adapter.createDecoder(listing);
      for (const line of recorded) {
        const calls = callsOf(decoder, listing, line.frame);
        if (!options.quoteChannels.includes(line.channel)) continue;
        assert.deepEqual([...new Set(calls.map(String))], ['reject,unknown-symbol'], text(line.frame));
      }
    },
    true,
  );

  promise(
    'gives the same for the same frames after a reset',
    () => {
      const listing = new TestListing('open');
      const decoder = adapter.createDecoder(listing);
      const round = () => recorded.map((line) => callsOf(decoder, listing, line.frame));
      const first = round();
      decoder.reset();
      assert.deepEqual(round(), first);
      for (let id = 0; id < listing.symbols.length; id++) decoder.reset(id);
      assert.deepEqual(round(), first);
    },
    true,
  );
}

function checkCall(call: Call, isQuoteChannel: boolean, where: string): void {
  checkQuote(call, where);
  const [kind, reason] = call;
  if (isQuoteChannel)
    assert.ok(kind === 'quote' || (kind === 'reject' && DATA_REASONS.has(String(reason))), where);
  else assert.equal(kind, 'control', where);
}

/** A quote is a symbol, two sides that are whole or absent, and a time that is whole or absent. */
function checkQuote(call: Call, where: string): void {
  if (call[0] !== 'quote') return;
  const [, symbol, bid, bidSize, ask, askSize, exchangeUs] = call;
  assert.equal(typeof symbol, 'string', where);
  for (const [price, size] of [
    [bid, bidSize],
    [ask, askSize],
  ]) {
    assert.equal(price === null, size === null, where);
    if (price === null) continue;
    assert.ok(Number.isFinite(price) && (price as number) > 0, where);
    assert.ok(Number.isFinite(size) && (size as number) > 0, where);
  }
  assert.ok(exchangeUs === null || (Number.isSafeInteger(exchangeUs) && (exchangeUs as number) > 0), where);
}

function fixturePromises(adapter: ExchangeAdapter, options: ContractOptions, promise: Register): void {
  promise('gives for every fixture what stands beside it', () => {
    const listing = new TestListing('open');
    const decoder = adapter.createDecoder(listing);
    for (const fixture of fixtureFrames(options.fixtures)) {
      const { raw, note, expect, resetBefore } = fixture;
      if (resetBefore === true) decoder.reset();
      assert.deepEqual(callsOf(decoder, listing, fixtureBytes(fixture)), expect, `${note}: ${raw}`);
    }
  });

  promise('is not moved by the time at which a frame is read', () => {
    const listing = new TestListing('open');
    const decoder = adapter.createDecoder(listing);
    for (const [at, fixture] of fixtureFrames(options.fixtures).entries()) {
      const { note, expect, resetBefore } = fixture;
      if (resetBefore === true) decoder.reset();
      const receivedUs = NOW_US * (at % 3);
      assert.deepEqual(callsOf(decoder, listing, fixtureBytes(fixture), receivedUs), expect, note);
    }
  });
}

function mangledPromises(
  adapter: ExchangeAdapter,
  options: ContractOptions,
  recorded: readonly RecordedFrame[],
  promise: Register,
): void {
  const fixtures = fixtureFrames(options.fixtures).map(fixtureBytes);
  const frames: readonly Uint8Array[] = [
    ...fixtures,
    ...recorded.filter((_, at) => at % 20 === 0).map((r) => r.frame),
  ];
  const check = (
    decoder: ReturnType<ExchangeAdapter['createDecoder']>,
    listing: TestListing,
    frame: Uint8Array,
  ) => {
    const calls = callsOf(decoder, listing, frame);
    assert.ok(calls.length > 0, text(frame));
    for (const call of calls) checkQuote(call, `${text(frame)} gives ${JSON.stringify(calls)}`);
    return calls;
  };

  promise('never throws, and gives no broken quote, whatever is done to its frames', () => {
    const listing = new TestListing('open');
    const decoder = adapter.createDecoder(listing);
    const mangled = fc.tuple(fc.constantFrom(...frames), fc.array(edit, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(mangled, ([frame, edits]) => {
        check(decoder, listing, edits.reduce(applyEdit, frame));
      }),
      { numRuns: 3000 },
    );
  });

  promise('never throws on values of other types in its fields', () => {
    const listing = new TestListing('open');
    const decoder = adapter.createDecoder(listing);
    const objects = frames
      .map((frame) => text(frame))
      .filter((frame) => frame.startsWith('{') && frame.endsWith('}'));
    const swapped = fc.tuple(fc.constantFrom(...objects), fc.nat(), fc.jsonValue());
    fc.assert(
      fc.property(swapped, ([frame, at, value]) => {
        check(decoder, listing, Buffer.from(swapValue(frame, at, value)));
      }),
      { numRuns: 3000 },
    );
  });

  promise('calls every piece of a cut-off frame malformed', () => {
    const listing = new TestListing('open');
    const decoder = adapter.createDecoder(listing);
    for (const frame of fixtures.filter((bytes) => isWhole(text(bytes))))
      for (let end = 0; end < frame.length; end++)
        assert.deepEqual(
          callsOf(decoder, listing, frame.subarray(0, end)),
          [['reject', 'malformed']],
          text(frame.subarray(0, end)),
        );
  });

  promise('survives nesting deeper than the stack, and refuses what is longer than the limit', () => {
    const listing = new TestListing('open');
    const decoder = adapter.createDecoder(listing);
    for (const key of ['b', 'data', 'topic', 'arg', 'channel', 'result', 'event', 'other']) {
      const deep = `{"${key}":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
      check(decoder, listing, Buffer.from(deep));
    }
    const long = Buffer.alloc(FRAME_BYTES_MAX + 1, ' ');
    assert.deepEqual(callsOf(decoder, listing, long), [['reject', 'too-large']]);
    assert.deepEqual(callsOf(decoder, listing, Buffer.from([0x7b, 0xff, 0x7d])), [['reject', 'malformed']]);
    assert.deepEqual(callsOf(decoder, listing, new Uint8Array(0)), [['reject', 'malformed']]);
  });
}

function requestPromises(adapter: ExchangeAdapter, options: ContractOptions, promise: Register): void {
  promise('asks for its symbols in a frame that its own decoder takes for a request', () => {
    const listing = new TestListing('open');
    const decoder = adapter.createDecoder(listing);
    const frame = adapter.subscribeFrame(options.symbols, 7, NOW_US);
    assert.equal(callsOf(decoder, listing, frame)[0]?.[1], 'request', frame);
    for (const symbol of options.symbols)
      assert.ok(frame.toLowerCase().includes(symbol.toLowerCase()), frame);
    const ping = adapter.ping.frame(8, NOW_US);
    if (ping !== null) assert.equal(callsOf(decoder, listing, ping)[0]?.[1], 'request', ping);
  });

  promise('states limits that can be kept', () => {
    const { limits, ping, takerFee } = adapter;
    for (const limit of [...Object.values(limits), ping.intervalMs])
      assert.ok(Number.isInteger(limit) && limit > 0);
    assert.ok(limits.symbolsPerMessage <= limits.symbolsPerConnection);
    assert.ok(takerFee.percent > 0 && takerFee.percent < 1);
    assert.match(takerFee.asOf, /^20\d\d-\d\d-\d\d$/);
    const { restUrl, wsUrl, listingRequests } = adapter;
    assert.ok(new URL(restUrl).protocol === 'https:' && !restUrl.endsWith('/'), restUrl);
    assert.equal(new URL(wsUrl).protocol, 'wss:');
    for (const { path } of listingRequests) assert.ok(path.startsWith('/'), path);
    const symbols = Array.from({ length: limits.symbolsPerMessage }, (_, at) => `LONGSYMBOL${at}USDT`);
    assert.ok(
      adapter.subscribeFrame(symbols, 1, NOW_US).length < 64 * 1024,
      'a full message stays below 64 KB',
    );
  });

  promise('refuses a listing that is not what the exchange documents, naming the body', () => {
    const keys = adapter.listingRequests.map(({ key }) => key);
    for (const body of ['<html>blocked</html>', null, 42, { code: '50011', msg: 'Too Many Requests' }])
      assert.throws(
        () => adapter.parseListing(Object.fromEntries(keys.map((key) => [key, body]))),
        (error) => error instanceof ListingError && keys.some((key) => error.message.includes(key)),
        JSON.stringify(body),
      );
    assert.throws(() => adapter.parseListing({}), ListingError);
  });
}

function namePromises(adapter: ExchangeAdapter, promise: Register): void {
  promise('is found by its name and aliases in any case, and by its market', () => {
    for (const name of [adapter.name, ...(adapter.aliases ?? [])])
      assert.equal(findAdapter(` ${name.toUpperCase()} `), adapter, name);
    assert.equal(findAdapterFor(adapter.name.toLowerCase(), adapter.market), adapter);
    assert.equal(adapter.name.endsWith('Perp'), adapter.market === 'linear');
    assert.equal(findAdapterFor(adapter.name.replace(/Perp$/, ''), adapter.market), adapter);
    assert.notEqual(findAdapterFor(adapter.name, adapter.market === 'spot' ? 'linear' : 'spot'), adapter);
  });
}

function isWhole(json: string): boolean {
  return json.startsWith('{') && Object.keys(parse(json) as object).length > 0;
}

function text(frame: Uint8Array): string {
  return Buffer.from(frame).toString('utf8').slice(0, 2_000);
}
