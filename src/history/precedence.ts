// Lets one kind of work wait for another on the same thread: between two of its steps the second asks whether any of the
// first is under way. Never interrupts anybody.

export class Precedence {
  #underWay = 0;
  #whenIdle: (() => void)[] = [];

  /** Work that goes first. */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) for (const goOn of this.#whenIdle.splice(0)) goOn();
    }
  }

  /** Resolves when nothing that goes first is under way: at once, where nothing is. */
  async idle(): Promise<void> {
    while (this.#underWay > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }
}
