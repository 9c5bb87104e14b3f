// The keyboard: one list of what each key does, for all views; a view lends its own meanings while it is shown. Where somebody writes
// into a field, only Escape is ours.

import type { TextKey } from '../i18n/words.js';

export type Action =
  | 'help'
  | 'view1'
  | 'view2'
  | 'view3'
  | 'view4'
  | 'view5'
  | 'search'
  | 'next'
  | 'previous'
  | 'open'
  | 'back'
  | 'pin'
  | 'freeze'
  | 'copy'
  | 'recommended'
  | 'tradable'
  | 'newRule'
  | 'zoomIn'
  | 'zoomOut'
  | 'earlier'
  | 'later'
  | 'whole';

/** By the key's name; letters in either case, and where they lie on a Russian keyboard too. */
const KEYS: Readonly<Record<string, Action>> = {
  '?': 'help',
  ',': 'help',
  '1': 'view1',
  '2': 'view2',
  '3': 'view3',
  '4': 'view4',
  '5': 'view5',
  '/': 'search',
  '.': 'search',
  j: 'next',
  о: 'next',
  ArrowDown: 'next',
  k: 'previous',
  л: 'previous',
  ArrowUp: 'previous',
  Enter: 'open',
  Escape: 'back',
  p: 'pin',
  з: 'pin',
  f: 'freeze',
  а: 'freeze',
  c: 'copy',
  с: 'copy',
  r: 'recommended',
  к: 'recommended',
  t: 'tradable',
  е: 'tradable',
  n: 'newRule',
  т: 'newRule',
  '+': 'zoomIn',
  '=': 'zoomIn',
  '-': 'zoomOut',
  ArrowLeft: 'earlier',
  ArrowRight: 'later',
  '0': 'whole',
};

/** What the help shows. */
export const KEY_MAP: readonly (readonly [keys: string, what: TextKey])[] = [
  ['?', 'keys.help'],
  ['1 – 5', 'keys.views'],
  ['/', 'keys.search'],
  ['j k', 'keys.move'],
  ['Enter', 'keys.open'],
  ['Esc', 'keys.back'],
  ['p', 'keys.pin'],
  ['f', 'keys.freeze'],
  ['c', 'keys.copy'],
  ['r t', 'keys.filters'],
  ['n', 'keys.newRule'],
  ['+ − ← → 0', 'keys.zoom'],
];

type Handler = () => void;
type Handlers = Readonly<Partial<Record<Action, Handler>>>;

const layers: Handlers[] = [];

/** Until the returned function is called; the layer that came last has the first say. */
export function onKeys(handlers: Handlers): () => void {
  layers.push(handlers);
  return () => {
    const at = layers.lastIndexOf(handlers);
    if (at >= 0) layers.splice(at, 1);
  };
}

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // What lies over the page has the keys for itself, and closes by Escape.
    if (document.querySelector('dialog[open]') !== null) return;
    const action = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    if (action === undefined) return;
    const { target } = event;
    if (isWriting(target) && action !== 'back') return;
    // A button, link or switch that has the focus keeps the keys that work it.
    if (target instanceof HTMLElement && usesItself(target, event.key)) return;
    const handler = layers.findLast((layer) => layer[action] !== undefined)?.[action];
    if (handler === undefined) return;
    event.preventDefault();
    handler();
  });
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  );
}

function usesItself(target: HTMLElement, key: string): boolean {
  if (key === 'Enter') return target.closest('button, a[href], summary, input') !== null;
  return key.startsWith('Arrow') && target.closest('[type=radio], [role=slider]') !== null;
}
