// Rows that open: the keys go from one's button to the next, so that Enter is the button's own and a screen reader says where one is.

const OPENER = 'button.opener';

/** `by` rows on; from nowhere to the first one. Stays at either end. */
export function moveAmongOpeners(root: HTMLElement | null, by: number): void {
  const openers = [...(root?.querySelectorAll<HTMLButtonElement>(OPENER) ?? [])];
  const { activeElement } = document;
  // From within what a row has opened, its own button counts.
  const near =
    activeElement?.closest('tr.detail')?.previousElementSibling ?? activeElement?.closest('tr') ?? null;
  const at = openers.findIndex((opener) => opener === activeElement || near?.contains(opener) === true);
  const next = openers[at < 0 ? 0 : Math.min(openers.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

export function focusOpener(root: HTMLElement | null, name: string): void {
  const openers = [...(root?.querySelectorAll<HTMLButtonElement>(OPENER) ?? [])];
  openers.find((opener) => opener.dataset['name'] === name)?.focus();
}
