// GZIP, for simulated exchanges that compress every frame of theirs. Knows no exchange.

import { gunzipSync, gzipSync } from 'node:zlib';

export function zipped(text: string): Uint8Array {
  return gzipSync(text, { level: 1 });
}

/** Empty where it is not GZIP. */
export function inflatedText(frame: Uint8Array): string {
  try {
    return gunzipSync(frame).toString('utf8');
  } catch {
    return '';
  }
}
