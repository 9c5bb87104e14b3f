// Seeded randomness, in two forms: a stream (xoshiro128**) for things that happen one after another, and a
// hash for things that must be the same whenever they are asked for. Never the machine's randomness.

export interface Random {
  /** [0, 1), 32 bits of it. */
  next(): number;
  /** Integer in [0, bound). */
  below(bound: number): number;
  /** Exponentially distributed around `mean`: the waiting times of a Poisson process. */
  exponential(mean: number): number;
  /** Hexadecimal digits. */
  hex(digits: number): string;
}

/** A stream of its own for every (seed, words): adding one elsewhere does not move this one. */
export function createRandom(seed: number, ...words: readonly (string | number)[]): Random {
  let state = hash32(seed, ...words);
  const fill = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state);
  };
  let a = fill();
  let b = fill();
  let c = fill();
  let d = fill() | 1;

  const uint32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result;
  };
  const next = (): number => uint32() / 0x1_0000_0000;

  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    exponential: (mean) => -mean * Math.log(1 - next()),
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join(''),
  };
}

/** 32 bits from a seed and words. Equal arguments, equal result, on every machine. */
export function hash32(seed: number, ...words: readonly (string | number)[]): number {
  let hash = hashNumber(0x811c9dc5, seed);
  for (const word of words) hash = typeof word === 'number' ? hashNumber(hash, word) : hashText(hash, word);
  return hash;
}

/** [0, 1) from an earlier hash and one integer: the hot path of noise. */
export function unitAt(hash: number, index: number): number {
  return hashNumber(hash, index) / 0x1_0000_0000;
}

/**
 * Smooth noise in [-1, 1]: random values at whole `position`s, a smooth curve between them. A pure function,
 * so that any moment can be asked for without what came before.
 */
export function smoothNoise(hash: number, position: number): number {
  const index = Math.floor(position);
  const part = position - index;
  const from = unitAt(hash, index) * 2 - 1;
  const to = unitAt(hash, index + 1) * 2 - 1;
  return from + (to - from) * part * part * (3 - 2 * part);
}

function hashNumber(hash: number, value: number): number {
  // Both halves: times in steps of milliseconds do not fit in 32 bits.
  const low = value | 0;
  const high = Math.floor(value / 0x1_0000_0000) | 0;
  return mix((mix(hash ^ low) + Math.imul(high, 0x85ebca6b) + 0x9e3779b9) >>> 0);
}

function hashText(hash: number, text: string): number {
  let result = hash;
  for (let index = 0; index < text.length; index++)
    result = Math.imul(result ^ text.charCodeAt(index), 0x01000193);
  return mix(result >>> 0);
}

function mix(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
