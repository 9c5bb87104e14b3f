// Decides when charts are drawn: only those that have changed and are in view, each a few times a second, a
// little at a time, and nothing at all while nobody looks. What it puts off it remembers once, not piled up.

export interface Paintable {
  readonly root: HTMLElement;
  paint(): void;
}

const PERIOD_MS = 200;
/** Of the 16 ms that a frame has: the browser needs its part. */
const FRAME_WORK_MS_MAX = 8;
/** Charts are drawn a little before they come into view. */
const MARGIN = '200px 0px';

export class Painter {
  readonly #seen: IntersectionObserver;
  readonly #byRoot = new Map<Element, Paintable>();
  readonly #inView = new Set<Paintable>();
  /** In order of their turn. */
  readonly #changed = new Set<Paintable>();
  readonly #paintedMs = new Map<Paintable, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame: number | undefined;

  constructor(cameIntoView: () => void) {
    this.#seen = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) this.#moved(target, isIntersecting);
        this.#schedule();
        if (entries.some(({ isIntersecting }) => isIntersecting)) cameIntoView();
      },
      { rootMargin: MARGIN },
    );
    document.addEventListener('visibilitychange', () => this.#schedule());
  }

  /** From now on; it must be in the page. */
  add(one: Paintable): void {
    this.#byRoot.set(one.root, one);
    this.#seen.observe(one.root);
  }

  remove(one: Paintable): void {
    this.#seen.unobserve(one.root);
    this.#byRoot.delete(one.root);
    this.#inView.delete(one);
    this.#changed.delete(one);
    this.#paintedMs.delete(one);
  }

  inView(one: Paintable): boolean {
    return this.#inView.has(one);
  }

  /** It shows something else now. */
  changed(one: Paintable): void {
    this.#changed.add(one);
    if (this.#inView.has(one)) this.#schedule();
  }

  #moved(target: Element, isIntersecting: boolean): void {
    const one = this.#byRoot.get(target);
    if (one === undefined) return;
    if (isIntersecting) this.#inView.add(one);
    else this.#inView.delete(one);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#frame !== undefined || document.hidden) return;
    const now = performance.now();
    let waitMs = Number.POSITIVE_INFINITY;
    for (const one of this.#changed)
      if (this.#inView.has(one)) waitMs = Math.min(waitMs, this.#dueMs(one) - now);
    if (waitMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#frame = requestAnimationFrame(() => {
        this.#frame = undefined;
        this.#paint();
        this.#schedule();
      });
    }, waitMs);
  }

  #paint(): void {
    const startMs = performance.now();
    for (const one of [...this.#changed]) {
      const now = performance.now();
      if (now - startMs > FRAME_WORK_MS_MAX) return;
      if (!this.#inView.has(one) || this.#dueMs(one) > now) continue;
      this.#changed.delete(one);
      this.#paintedMs.set(one, now);
      one.paint();
    }
  }

  #dueMs(one: Paintable): number {
    return (this.#paintedMs.get(one) ?? Number.NEGATIVE_INFINITY) + PERIOD_MS;
  }
}
