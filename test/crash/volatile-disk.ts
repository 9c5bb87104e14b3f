// A disk in memory that forgets: at a power cut every byte that was not synced and every name whose folder was not may or
// may not survive, each for itself. Also one that loses what a failed sync was about, as kernels do. Knows no lake.

import { basename, dirname } from 'node:path';
import type { Random } from '../../src/sim/random.js';

export const PAGE_BYTES = 4_096;

type Node = VolatileFile | VolatileFolder;

/** A change of a folder that is not synced. */
interface Change {
  readonly what: 'create' | 'mkdir' | 'rename' | 'remove';
  readonly name: string;
  /** Of a rename: where it was before. */
  readonly from?: string;
  readonly node: Node | null;
}

export class VolatileFile {
  readonly kind = 'file';
  size = 0;
  /** What a reader sees. */
  #seen = new Uint8Array(PAGE_BYTES);
  #durable = new Uint8Array(PAGE_BYTES);
  #durableSize = 0;
  /** Pages not synced, with the number of their last change. */
  readonly #dirty = new Map<number, number>();
  #changes = 0;

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    this.#seen = roomFor(this.#seen, end);
    this.#seen.set(bytes, position);
    this.size = Math.max(this.size, end);
    this.#changes += 1;
    for (let page = pageOf(position); page * PAGE_BYTES < end; page++) this.#dirty.set(page, this.#changes);
  }

  read(into: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(into.length, this.size - position));
    into.set(this.#seen.subarray(position, position + length));
    return length;
  }

  /** What is dirty now goes to the disk when the answer is called, as it is now: what is written meanwhile does not. */
  beginSync(): () => void {
    const { size } = this;
    const pages = [...this.#dirty].map(([page, change]) => ({
      page,
      change,
      bytes: this.#page(page).slice(),
    }));
    return () => {
      for (const { page, change, bytes } of pages) {
        this.#putDurable(page, bytes);
        if (this.#dirty.get(page) === change) this.#dirty.delete(page);
      }
      this.#durable = roomFor(this.#durable, size);
      this.#durableSize = Math.max(this.#durableSize, size);
    };
  }

  /** A sync that fails: what it was about is not on the disk, and the kernel takes it for clean. */
  failSync(): void {
    this.#dirty.clear();
  }

  crash(random: Random): void {
    const mode = random.below(4);
    const size =
      mode === 0 ? this.#durableSize : this.#durableSize + random.below(this.size - this.#durableSize + 1);
    this.#durable = roomFor(this.#durable, this.size);
    for (const page of this.#dirty.keys()) {
      if (mode === 0 || (mode === 1 && random.next() < 0.5)) continue;
      const bytes = this.#page(page).slice();
      // Torn: the disk had come so far.
      const upTo = mode === 2 && random.next() < 0.5 ? random.below(PAGE_BYTES + 1) : PAGE_BYTES;
      this.#putDurable(page, bytes.subarray(0, upTo));
    }
    this.size = mode === 3 ? this.size : Math.max(this.#durableSize, size);
    this.#durable.fill(0, this.size);
    this.#durableSize = this.size;
    this.#seen = this.#durable.slice();
    this.#dirty.clear();
  }

  get isClean(): boolean {
    return this.#dirty.size === 0 && this.size === this.#durableSize;
  }

  #page(page: number): Uint8Array {
    this.#seen = roomFor(this.#seen, (page + 1) * PAGE_BYTES);
    return this.#seen.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  }

  #putDurable(page: number, bytes: Uint8Array): void {
    this.#durable = roomFor(this.#durable, (page + 1) * PAGE_BYTES);
    this.#durable.set(bytes, page * PAGE_BYTES);
  }
}

export class VolatileFolder {
  readonly kind = 'folder';
  names = new Map<string, Node>();
  #durable = new Map<string, Node>();
  #changes: Change[] = [];

  /** Oldest first. */
  get unsynced(): readonly Change[] {
    return this.#changes;
  }

  change(change: Change): void {
    this.#changes.push(change);
    apply(this.names, change);
  }

  beginSync(): () => void {
    const changes = new Set(this.#changes);
    return () => {
      for (const change of changes) apply(this.#durable, change);
      this.#changes = this.#changes.filter((change) => !changes.has(change));
    };
  }

  crash(random: Random): void {
    const share = random.next();
    for (const change of this.#changes) if (random.next() < share) apply(this.#durable, change);
    this.#changes = [];
    this.names = new Map(this.#durable);
    for (const node of this.names.values()) node.crash(random);
  }
}

/** The disk. Paths are absolute; the root folder is always there. */
export class VolatileDisk {
  readonly root = new VolatileFolder();

  /** The power goes, and comes back. */
  crash(random: Random): void {
    this.root.crash(random);
  }

  find(path: string): Node | undefined {
    let node: Node | undefined = this.root;
    for (const part of path.split('/').filter((one) => one !== '')) {
      if (node?.kind !== 'folder') return undefined;
      node = node.names.get(part);
    }
    return node;
  }

  file(path: string): VolatileFile {
    const node = this.find(path);
    if (node?.kind !== 'file') throw trouble('ENOENT', path);
    return node;
  }

  folder(path: string): VolatileFolder {
    const node = this.find(path);
    if (node?.kind !== 'folder') throw trouble('ENOENT', path);
    return node;
  }

  create(path: string): VolatileFile {
    const folder = this.folder(dirname(path));
    const node = new VolatileFile();
    folder.change({ what: 'create', name: basename(path), node });
    return node;
  }

  /** The topmost folder that was missing, null where none was. */
  makeFolder(path: string): string | null {
    const there = this.find(path);
    if (there?.kind === 'folder') return null;
    if (there !== undefined) throw trouble('EEXIST', path);
    const topmost = this.makeFolder(dirname(path));
    this.folder(dirname(path)).change({ what: 'mkdir', name: basename(path), node: new VolatileFolder() });
    return topmost ?? path;
  }

  rename(from: string, to: string): void {
    if (dirname(from) !== dirname(to)) throw new Error(`not within one folder: ${from} to ${to}`);
    const node = this.find(from);
    if (node === undefined) throw trouble('ENOENT', from);
    this.folder(dirname(to)).change({ what: 'rename', from: basename(from), name: basename(to), node });
  }

  /** False where it is not empty, or not there. */
  removeFolder(path: string): boolean {
    const node = this.find(path);
    if (node?.kind !== 'folder' || node.names.size > 0) return false;
    this.folder(dirname(path)).change({ what: 'remove', name: basename(path), node: null });
    return true;
  }

  remove(path: string): void {
    if (this.find(path) === undefined) return;
    this.folder(dirname(path)).change({ what: 'remove', name: basename(path), node: null });
  }
}

export function trouble(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}

function apply(names: Map<string, Node>, { what, name, from, node }: Change): void {
  if (what === 'remove' || node === null) names.delete(name);
  else names.set(name, node);
  if (from !== undefined) names.delete(from);
}

function pageOf(position: number): number {
  return Math.floor(position / PAGE_BYTES);
}

function roomFor(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (length <= bytes.length) return bytes;
  const bigger = new Uint8Array(Math.max(length, bytes.length * 2));
  bigger.set(bytes);
  return bigger;
}
