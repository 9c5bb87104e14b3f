// Which reads go over the whole lake: they are done beside charts, which are not to wait for them.

import type { ReadKind } from './read-protocol.js';

export const BESIDE_CHARTS: ReadonlySet<ReadKind> = new Set<ReadKind>(['holdings', 'heatmap']);
