// Bundles web/ into a folder that is served as it is: index.html, app.js, app.css, icon.svg. Everything the
// page needs is in there: it never loads from another host, and holds no inline script or style.
// Usage: node scripts/build-web.mjs [outdir]   (default build/web)

import { copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const web = join(root, 'web');
const out = resolve(process.argv[2] ?? join(root, 'build', 'web'));

await mkdir(out, { recursive: true });
await build({
  entryPoints: [join(web, 'app.tsx'), join(web, 'app.css')],
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  charset: 'utf8',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  tsconfig: join(web, 'tsconfig.json'),
  legalComments: 'inline',
  logLevel: 'warning',
});
await Promise.all(['index.html', 'icon.svg'].map((name) => copyFile(join(web, name), join(out, name))));
