// Every folder of one symbol in the hive layout, of quotes and of trades, for what goes over the whole lake. Links are
// not followed: what they lead to may lie outside of the lake.

import { join } from 'node:path';
import type { LakeFiles } from './files.js';
import { type FileKind, TRADES_DIR } from './paths.js';

export interface SymbolFolder {
  readonly kind: FileKind;
  readonly directory: string;
  /** Of the exchange. */
  readonly parent: string;
}

export function* symbolFolders(files: LakeFiles, root: string): Generator<SymbolFolder> {
  for (const [kind, base] of [
    ['spreads', root],
    ['trades', join(root, TRADES_DIR)],
  ] as const)
    for (const parent of hiveFolders(files, base, 'exchange='))
      for (const directory of hiveFolders(files, parent, 'symbol=')) yield { kind, directory, parent };
}

function hiveFolders(files: LakeFiles, directory: string, prefix: string): string[] {
  return files
    .list(directory)
    .filter((name) => name.toLowerCase().startsWith(prefix))
    .map((name) => join(directory, name))
    .filter((path) => files.isFolder(path));
}
