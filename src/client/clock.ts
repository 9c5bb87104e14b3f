// The client's own timers and chance: it runs where nothing of the server is. Tests hand in others.

export interface ClientClock {
  /** Milliseconds, never going back, any origin. */
  nowMs(): number;
  /** Calls `run` once; what it returns stops that. */
  after(delayMs: number, run: () => void): () => void;
  /** 0 to 1, 1 excluded. */
  random(): number;
}

export const machineClock: ClientClock = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
