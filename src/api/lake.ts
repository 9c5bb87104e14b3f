// GET /api/lake: what the lake holds, how it grows, how it is kept. A history worker goes over the folders, at most once a minute
// however many ask; the rest is known here.

import type { FastifyInstance } from 'fastify';
import { type Clock, isoMicros } from '../core/time.js';
import type { History } from '../history/service.js';
import type { LakeReply } from './contract.js';
import { LAKE } from './lake-shapes.js';
import { Lately } from './lately.js';
import { asAnswer } from './read-for.js';
import { badRequests } from './shapes.js';
import type { Snapshot } from './snapshot.js';

export interface LakeDeps {
  readonly history: History;
  readonly clock: Pick<Clock, 'nowUs'>;
  readonly snapshot: () => Snapshot;
  /** As configured; null = all, no bound. */
  readonly lakeKept: LakeReply['kept'];
}

export function lakeRoute(app: FastifyInstance, { history, clock, snapshot, lakeKept }: LakeDeps): void {
  const lately = new Lately<LakeHeld>(clock, 1);
  const make = async (): Promise<LakeHeld> => {
    const nowUs = clock.nowUs();
    const held = await history.read('holdings', { nowUs });
    if (held === undefined) throw new Error('no answer for the whole lake');
    return { ...held, at: isoMicros(nowUs) };
  };
  const schema = {
    summary: 'What the lake holds by day, how it grows, what is kept of it; looked at once a minute at most',
    response: { 200: LAKE, ...badRequests(503) },
  };
  app.get('/api/lake', { schema }, async (_request, reply): Promise<LakeReply> => {
    const held = await lately.get('', make).catch((error: unknown) => {
      throw asAnswer(error);
    });
    reply.header('cache-control', 'no-store');
    return { ...held, ...nowOf(snapshot()), kept: lakeKept };
  });
}

type LakeHeld = Omit<LakeReply, 'kept' | keyof ReturnType<typeof nowOf>>;

/** Whatever is known at this moment. */
function nowOf({ lake, queues, counters }: Snapshot) {
  const { length: waitingBytes = 0, overflowed: droppedQuotes = 0 } = queues['journal'] ?? {};
  return {
    root: nameOf(lake.root),
    recording: lake.recording,
    troubles: lake.troubles,
    skipped: lake.skippedFiles.length,
    recordedSinceStart: counters.recorded,
    journal: {
      waitingBytes,
      droppedQuotes,
      lastSyncMs: lake.syncs?.lastMs ?? null,
      unsyncedMs: lake.syncs?.unsyncedMs ?? null,
    },
    care: lake.care === null ? null : careOf(lake.care),
  };
}

function careOf({ running, daysWaiting, daysCompacted, daysRemoved, lastCompaction }: Care) {
  return { running, daysWaiting, daysCompacted, daysRemoved, lastCompaction };
}

type Care = NonNullable<Snapshot['lake']['care']>;

/** As configured; of a path that begins at the root of the disk the last name alone. */
function nameOf(root: string): string {
  const isAbsolute = /^([/\\]|[A-Za-z]:)/.test(root);
  return isAbsolute ? (root.split(/[/\\]/).findLast((part) => part !== '') ?? '') : root;
}
