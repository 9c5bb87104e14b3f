// Reads what the server says of whether a spread is real: never trusted to have its shape.

import type { ExplainReply } from '../../src/api/contract.js';
import { amiss, listAmiss } from './reply-shape.js';

/** What is wrong with it, in words, where it cannot be read. */
export function readExplained(value: unknown): ExplainReply | string {
  const wrong = amiss(value, {
    ...{ sell: 'string', buy: 'string', tradable: 'boolean', reasons: 'list', size: 'object' },
    ...{ lastDay: 'object', freshEdgeBps: 'number?', basisPercent: 'number?', standsMs: 'number?' },
  });
  if (wrong !== null) return wrong;
  const reply = value as ExplainReply;
  const parts =
    amiss(reply.size, { notionalMax: 'number?' }, 'size.') ??
    amiss(
      reply.lastDay,
      { seenSeconds: 'number', payingShare: 'number?', tradableShare: 'number?' },
      'lastDay.',
    ) ??
    listAmiss('reasons', reply.reasons, { reason: 'string', holds: 'boolean', evidence: 'object' });
  return parts ?? reply;
}
