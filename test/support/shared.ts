// The one door to the material that lies beside the project (recorded frames, a really produced statistics
// file). It is not part of the project: where it is absent, tests that need it skip and say so.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(process.env['SHARED_DIR'] ?? join(projectRoot(), '..', 'shared'));

/** The folder that holds package.json, from the compiled test's place in build/test/support. */
export function projectRoot(): string {
  return resolve(new URL('../../..', import.meta.url).pathname);
}

/** The path below the shared folder, or a reason to skip: pass it as `{ skip }` to the test. */
export function shared(path: string): { readonly path: string; readonly skip: string | false } {
  const full = join(root, path);
  return { path: full, skip: existsSync(full) ? false : `no shared material here: ${path} is absent` };
}
