// GET /api/identity: how many pairs are known to be one coin, and the symbols under which two coins trade, with what says so. Reads what the
// layer of quality has; decides nothing.

import type { FastifyInstance } from 'fastify';
import type { IdentityReply } from './contract.js';

export interface IdentityDeps {
  readonly identityOf: () => IdentityReply;
}

export function identityRoute(app: FastifyInstance, { identityOf }: IdentityDeps): void {
  const schema = {
    summary: 'How many pairs are of one coin, and the symbols under which two coins trade, with what says so',
  };
  app.get('/api/identity', { schema }, async () => identityOf());
}
