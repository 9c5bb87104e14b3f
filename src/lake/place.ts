// Where a lake lies, as its writer needs it: the disk, the lock, and the thread that encodes. One object, so that a test can
// hand in a disk that forgets; decides nothing.

import { Encoder } from './encoder.js';
import { diskFiles, type LakeFiles } from './files.js';
import { diskJournal, type JournalFiles } from './journal-disk.js';
import { takeLock } from './lock.js';
import { diskStore, type ReadStore } from './store.js';

export type LakeEncoder = Pick<Encoder, 'run' | 'care' | 'stop' | 'stopCare' | 'close'>;

export interface LakePlace {
  readonly journal: JournalFiles;
  readonly files: LakeFiles;
  readonly store: ReadStore;
  /** Gives the lock back when called; throws LakeLocked where another holds it. */
  takeLock(root: string): () => void;
  startEncoder(root: string): LakeEncoder;
}

export const diskPlace: LakePlace = {
  journal: diskJournal,
  files: diskFiles,
  store: diskStore,
  takeLock,
  startEncoder: (root) => new Encoder(root),
};
