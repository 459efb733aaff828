// SPDX-License-Identifier: GPL-2.0-or-later
import { PAGE_BYTES, PATTERN_BASE } from './pattern.js';
import type { Scene } from './pattern.js';
import type { PatternCall } from './pattern-writer.js';

/** What most patterns are made of. */
interface PagesAndShare {
  readonly pages: number;
  readonly writeShare: number;
}

const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 34;
const CLONE_FLAGS = 0x1200011;

/** Words of each page that are stored to before a fork, evenly spread. */
const SHARED_WORDS = 8;
const SHARED_STRIDE = PAGE_BYTES / SHARED_WORDS;

/** Address of a page of the pattern. */
export function pageAddress(page: number): number {
  return PATTERN_BASE + page * PAGE_BYTES;
}

/** A random word of a page. */
export function wordIn(page: number, { random }: Pick<Scene<unknown>, 'random'>): number {
  return pageAddress(page) + random.below(PAGE_BYTES / 4) * 4;
}

/** Accesses what `address` gives, `count` times; the share of stores is the pattern's. */
export function* accesses<Options extends PagesAndShare>(
  { out, random, options }: Scene<Options>,
  count: number,
  address: () => number,
): Generator<void, void> {
  for (let done = 0; done < count; done++) {
    if (out.full) yield;
    out.access(address(), random.chance(options.writeShare));
  }
}

/**
 * Accesses one word of each page in turn, from the first page on; once through, the next word.
 * @param stride bytes from one word to the next; past the page's end, its first word is the next
 */
export function* pageAfterPage<Options extends PagesAndShare>(
  scene: Scene<Options>,
  count: number,
  stride = 4,
): Generator<void, void> {
  let [page, offset] = [0, 0];
  yield* accesses(scene, count, () => {
    const address = pageAddress(page) + offset;
    page++;
    if (page === scene.options.pages) {
      page = 0;
      offset = (offset + stride) % PAGE_BYTES;
    }
    return address;
  });
}

/** Stores to eight words of each page, so that there is something to share. */
export function fillPages<Options extends PagesAndShare>(
  scene: Scene<Options>,
): Generator<void, void> {
  return allShared(scene, true);
}

/**
 * Loads every word that `fillPages` stores to: what others have stored there since is not to be seen.
 */
export function readPages<Options extends PagesAndShare>(
  scene: Scene<Options>,
): Generator<void, void> {
  return allShared(scene, false);
}

/**
 * Forks a child and stores at once to a page that the two share: while the kernel and the host may
 * still take it for the parent's alone. Loads instead if the pattern stores nothing.
 */
export function* forkAndStore<Options extends PagesAndShare>(
  scene: Scene<Options>,
  child: number,
): Generator<void, void> {
  const { out, options } = scene;
  yield* call(scene, clone(child));
  if (out.full) yield;
  const word = child % SHARED_WORDS;
  const address = pageAddress(child % options.pages) + word * SHARED_STRIDE;
  out.access(address, options.writeShare > 0);
}

/** Accesses only words that `fillPages` stores to, so that hardly a load returns a mere 0. */
export function accessShared<Options extends PagesAndShare>(
  scene: Scene<Options>,
  count: number,
): Generator<void, void> {
  return pageAfterPage(scene, count, SHARED_STRIDE);
}

function* allShared<Options extends PagesAndShare>(
  { out, options }: Scene<Options>,
  write: boolean,
): Generator<void, void> {
  for (let page = 0; page < options.pages; page++) {
    for (let word = 0; word < SHARED_WORDS; word++) {
      if (out.full) yield;
      out.access(pageAddress(page) + word * SHARED_STRIDE, write);
    }
  }
}

/** Makes a system call. */
export function* call({ out }: Scene<unknown>, made: PatternCall): Generator<void, void> {
  if (out.full) yield;
  out.call(made);
}

export function clone(child: number): PatternCall {
  const operation = { kind: 'fork', child } as const;
  return { name: 'clone', number: 120, args: [CLONE_FLAGS, 0, 0, 0, 0], result: child, operation };
}

/** A wait for any child. */
export function waitForAny(): PatternCall {
  const operation = { kind: 'wait', child: null, blocks: true } as const;
  return { name: 'wait4', number: 114, args: [-1, 0, 0, 0], result: null, operation };
}

export function exitGroup(): PatternCall {
  const operation = { kind: 'exit' } as const;
  return { name: 'exit_group', number: 252, args: [0], result: 0, operation };
}

/** Maps the pattern's pages. */
export function mmap(pages: number): PatternCall {
  const [start, bytes] = [PATTERN_BASE, pages * PAGE_BYTES];
  const args = [start, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0];
  const operation = { kind: 'map', start, bytes, writable: true } as const;
  return { name: 'mmap2', number: 192, args, result: start, operation };
}

/** Unmaps the pattern's pages. */
export function munmap(pages: number): PatternCall {
  const [start, bytes] = [PATTERN_BASE, pages * PAGE_BYTES];
  const operation = { kind: 'unmap', start, bytes } as const;
  return { name: 'munmap', number: 91, args: [start, bytes], result: 0, operation };
}

/** Another process can go on. */
export function schedYield(): PatternCall {
  const operation = { kind: 'yield' } as const;
  return { name: 'sched_yield', number: 158, args: [], result: 0, operation };
}

/** A call of a driver that maps pages for the kernel, uses and unmaps them. */
export function kernelMap(pages: number, how: 'vmalloc' | 'kmap'): PatternCall {
  const operation = { kind: 'kernel-map', pages, how } as const;
  return { name: 'ioctl', number: 54, args: [0, 0, 0], result: 0, operation };
}

export function nanosleep(nanoseconds: number): PatternCall {
  const operation = { kind: 'sleep', nanoseconds } as const;
  return { name: 'nanosleep', number: 162, args: [0, 0], result: 0, operation };
}
