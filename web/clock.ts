// The server's time, as far as it has told: ages are of its stamps, and the clock of the machine that shows
// the page may be wrong by minutes.

export class ServerClock {
  #offsetSeconds: number | null = null;

  /** The server's time now, epoch seconds. */
  observe(serverSeconds: number): void {
    this.#offsetSeconds = serverSeconds - performance.now() / 1_000;
  }

  /** Epoch seconds; by the machine's own clock while the server has said nothing. */
  nowSeconds(): number {
    if (this.#offsetSeconds === null) return Date.now() / 1_000;
    return performance.now() / 1_000 + this.#offsetSeconds;
  }
}
