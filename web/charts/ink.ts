// The colours of the charts: those of the style sheet, for the look that is chosen now.

export type Ink =
  | 'muted'
  | 'grid'
  | 'zero'
  | 'spread'
  | 'upper'
  | 'lower'
  | 'band'
  | 'edge12'
  | 'edge21'
  | 'mid';

const known = new Map<Ink, string>();

export function ink(name: Ink): string {
  let colour = known.get(name);
  if (colour === undefined) {
    colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    known.set(name, colour);
  }
  return colour;
}

/** Another look was chosen: what is drawn next has its colours. */
export function forgetInk(): void {
  known.clear();
}
