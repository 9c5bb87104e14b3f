// A set of instrument ids, small whole numbers: a byte each, because one is added with every quote. Pure.

const ROOM_MIN = 256;

export class IdSet {
  #has = new Uint8Array(ROOM_MIN);

  add(id: number): void {
    if (id >= this.#has.length) this.#makeRoom(id);
    this.#has[id] = 1;
  }

  /** Whether it was in there. */
  delete(id: number): boolean {
    const was = this.#has[id] === 1;
    if (was) this.#has[id] = 0;
    return was;
  }

  /** All of them, ascending; none is left. */
  taken(): readonly number[] {
    const ids: number[] = [];
    for (let id = 0; id < this.#has.length; id += 1) if (this.#has[id] === 1) ids.push(id);
    this.#has.fill(0);
    return ids;
  }

  #makeRoom(id: number): void {
    const larger = new Uint8Array(Math.max(id + 1, 2 * this.#has.length));
    larger.set(this.#has);
    this.#has = larger;
  }
}
