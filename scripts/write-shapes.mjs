// Writes src/exchanges/known-shapes from the fixtures and, where they lie beside the project, the recorded
// frames: their structure alone, nothing that was in them. Without the recordings it keeps what is known of them.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { built, installed, root } from './ready.mjs';

installed();
built();
const { adapters } = await import('../build/src/exchanges/index.js');
const { knownShapesOf } = await import('../build/src/exchanges/known-shapes.js');
const { isShapeOf } = await import('../build/src/ingest/frame-shape.js');
const { exchangeFamily } = await import('../build/src/core/exchange.js');
const { recordedSkip } = await import('../build/test/exchanges/material.js');
const { shapesShown } = await import('../build/test/exchanges/shown-shapes.js');

const families = new Set(adapters.map(({ name }) => exchangeFamily(name)));
const folder = join(root, 'src', 'exchanges', 'known-shapes');
mkdirSync(folder, { recursive: true });

for (const family of families) {
  const known = [];
  const before = recordedSkip === false ? [] : knownShapesOf(family);
  const shown = [...before, ...shapesShown(family).map(({ shape }) => shape)];
  // The longest first: a shape with an empty list is one of a shape without.
  for (const shape of [...new Set(shown)].sort(
    (one, other) => other.length - one.length || (one < other ? -1 : 1),
  ))
    if (!known.some((other) => isShapeOf(shape, other))) known.push(shape);
  const lines = known.sort().map((shape) => `  '${shape}',\n`);
  write(join(folder, `${family}.ts`), `export const ${family}: readonly string[] = [\n${lines.join('')}];\n`);
}

const imports = [...families]
  .sort()
  .map((family) => `import { ${family} } from './known-shapes/${family}.js';\n`);
write(
  `${folder}.ts`,
  `
import { exchangeFamily } from '../core/exchange.js';
${imports.join('')}
const families: Readonly<Record<string, readonly string[]>> = {
${[...families].map((family) => `  ${family},\n`).join('')}};

/** As ingest/frame-shape.ts writes them; spot and perpetual together. Empty where nobody has recorded the exchange. */
export function knownShapesOf(exchange: string): readonly string[] {
  return families[exchangeFamily(exchange)] ?? [];
}
`,
);

function write(path, text) {
  const head =
    '// Shapes of frames that recordings and fixtures show. Made by scripts/write-shapes.mjs: not to be edited.\n';
  writeFileSync(path, head + text);
}
