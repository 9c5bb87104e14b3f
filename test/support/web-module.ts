// A pure file of web/ for a test in Node: bundled as the page's are, because web/ is no part of the compiled
// program.

import { join } from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from './shared.js';

/** What `web/<name>.ts` exports; the caller says which type that has. */
export async function loadWebModule<T>(name: string): Promise<T> {
  const { outputFiles } = await build({
    entryPoints: [join(projectRoot(), 'web', `${name}.ts`)],
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    write: false,
  });
  const code = Buffer.from(outputFiles[0]!.contents).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)) as T;
}
