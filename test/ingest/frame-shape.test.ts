import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { frameExcerpt, frameShape, isShapeOf, shapeDifference } from '../../src/ingest/frame-shape.js';
import { ShapeWatch } from '../../src/ingest/shape-watch.js';

const shape = (text: string) => frameShape(Buffer.from(text));

test('a shape is the sorted paths of the keys with the types of the leaves, elements of a list as one', () => {
  assert.equal(shape('{"b":1,"a":{"d":null,"c":"x"}}'), 'a.c:s a.d:null b:n');
  assert.equal(shape('{"data":[{"asks":[["1","2"],["3","4"]],"ok":true}]}'), 'data[].asks[][]:s data[].ok:b');
  assert.equal(shape('{"a":[1,"x"],"e":{},"f":[]}'), 'a[]:n a[]:s e:{} f:[]');
  assert.equal(
    shape('{"a":1,"b":2}'),
    shape('{"b":70000,"a":-0.5}'),
    'values and the order of keys are no shape',
  );
});

test('bare text, compressed text, protocol buffers and rubbish have shapes of their own', () => {
  assert.equal(shape('pong'), '"pong"');
  assert.equal(frameShape(gzipSync('{"ping":"1"}')), 'ping:s');
  assert.equal(frameShape(gzipSync('{"ping":"1"}').subarray(0, 20)), 'broken-gzip');
  // 1: "abc"  3: 7  315: { 1: "5" }
  const message = Buffer.from([10, 3, 97, 98, 99, 24, 7, 0xda, 0x13, 3, 10, 1, 53]);
  assert.equal(frameShape(message), '#1:s #315.1:s #3:n');
  assert.equal(frameShape(message.subarray(0, -1)), 'unreadable');
  assert.equal(frameShape(new Uint8Array()), 'unreadable');
});

test('an empty list is of the shape of a full one, whichever of the two is known; another key is not', () => {
  const full = shape('{"a":[["1"]],"b":[["1"]]}');
  const half = shape('{"a":[["1"]],"b":[]}');
  assert.ok(isShapeOf(half, full));
  assert.ok(isShapeOf(full, half));
  assert.ok(!isShapeOf(shape('{"a":[["1"]]}'), full));
  assert.ok(!isShapeOf(shape('{"a":[[1]],"b":[["1"]]}'), full));
  assert.deepEqual(shapeDifference(shape('{"a":[["1"]],"b":[],"c":1}'), full), {
    missing: [],
    extra: ['c:n'],
  });
});

test('whatever the bytes are, there is a shape and an excerpt within its bound', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((json) => Buffer.from(json)),
      ),
      (bytes) => {
        const found = frameShape(bytes);
        assert.ok(found.length > 0);
        assert.ok(isShapeOf(found, found));
        assert.ok(frameExcerpt(bytes, 30).length <= 31);
      },
    ),
  );
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  assert.match(shape(deep), /:deep$/);
});

test('frames of unknown shapes are counted, with the first of them and what differs; there is a bound', () => {
  const watch = new ShapeWatch([shape('{"s":"A","b":"1","a":"2"}')]);
  watch.frame(Buffer.from('{"s":"B","b":"1","a":"3"}'));
  assert.deepEqual(watch.unknown(), []);
  for (const symbol of ['C', 'D']) watch.frame(Buffer.from(`{"s":"${symbol}","b":1,"a":"3"}`));
  assert.deepEqual(watch.unknown(), [
    { shape: 'a:s b:n s:s', count: 2, example: '{"s":"C","b":1,"a":"3"}', missing: ['b:s'], extra: ['b:n'] },
  ]);
  for (let at = 0; at < 300; at++) watch.frame(Buffer.from(`{"k${at}":1}`));
  const found = watch.unknown();
  assert.equal(
    found.reduce((sum, { count }) => sum + count, 0),
    302,
  );
  assert.ok(found.length <= 201);
});
