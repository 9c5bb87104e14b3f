// Building the page. Data becomes text nodes and nothing else: never innerHTML.

export type Child = Node | string;

/** A new element with a class (may be empty) and children; strings become text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** The element of index.html with this id; throws where it is absent, which is a bug of ours. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`invariant broken: no ${type.name} #${id} in the page`);
  return found;
}

/** Writes the text only where it differs, so that screen readers hear changes alone. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
