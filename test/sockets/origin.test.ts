import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { openerOf } from '../../src/sockets/origin.js';

function mayChange(remoteAddress: string, headers: { origin?: string; host?: string }): boolean {
  return openerOf({ headers, socket: { remoteAddress } } as unknown as IncomingMessage).mayChange;
}

test('a page of this server may change things, from wherever it is looked at', () => {
  for (const [origin, host] of [
    ['http://127.0.0.1:8181', '127.0.0.1:8181'],
    ['http://LOCALHOST:8181', 'localhost:8181'],
    ['http://[::1]:8181', '[::1]:8181'],
    ['https://spreads.example', 'Spreads.example'],
  ] as const) {
    assert.ok(mayChange('127.0.0.1', { origin, host }), origin);
    assert.ok(mayChange('10.0.0.7', { origin, host }), origin);
  }
});

test('pages of others, of other ports, and of nowhere may not', () => {
  for (const origin of [
    'http://evil.example',
    'http://127.0.0.1:8182',
    'http://127.0.0.1',
    'http://127.0.0.1:8181.evil.example',
    'http://user@evil.example:8181',
    'file://127.0.0.1:8181',
    'null',
    '',
  ])
    assert.ok(!mayChange('127.0.0.1', { origin, host: '127.0.0.1:8181' }), origin);
  assert.ok(!mayChange('127.0.0.1', { origin: 'http://127.0.0.1:8181' }), 'no Host');
});

test('without an Origin, programs on this machine alone may', () => {
  for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])
    assert.ok(mayChange(address, { host: 'x' }), address);
  for (const address of ['10.0.0.7', '::ffff:10.0.0.7', '2001:db8::1', '128.0.0.1', '1.127.0.0'])
    assert.ok(!mayChange(address, { host: 'x' }), address);
});
