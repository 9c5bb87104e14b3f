// A file of the lake's own file system as those that read Parquet want it. Read-only.

import { type LakeFiles, readExactly } from './files.js';
import type { StoreFile } from './store.js';

/** Opens, uses, closes. Throws what the file system throws. */
export async function withStoredFile<T>(
  files: LakeFiles,
  path: string,
  use: (file: StoreFile) => Promise<T>,
): Promise<T> {
  const byteLength = files.byteLength(path);
  const file = files.openToRead(path);
  try {
    return await use({
      byteLength,
      version: String(byteLength),
      slice: async (start, end = byteLength) => {
        const bytes = readExactly(files, file, start, Math.max(0, end - start));
        return bytes.buffer as ArrayBuffer;
      },
      close: async () => undefined,
    });
  } finally {
    files.close(file);
  }
}
