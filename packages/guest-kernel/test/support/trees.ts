// SPDX-License-Identifier: GPL-2.0-or-later
import type { ProcessOperation, SystemCallEvent } from '@lguest-sim/trace';
import fc from 'fast-check';
import { expect } from 'vitest';
import { firstStoreToken } from '../../src/index.js';
import { storeTokenOf, type FlatGuest } from './guest.js';
import { ModelProcess, nothing, type Beginning } from './model.js';
import { operation, type Access, type Program } from './program.js';

/** Around the end of a leaf table of both formats, where everything is near something else. */
const FIRST_PAGE = 0x103fc;
const PAGES = 8;

const page = fc.integer({ min: 0, max: PAGES - 1 }).map((at) => (FIRST_PAGE + at) * 4096);

const access: fc.Arbitrary<Access> = fc
  .record({
    kind: fc.constantFrom('fetch', 'load', 'store', 'store'),
    page,
    word: fc.integer({ min: 0, max: 3 }),
    size: fc.constantFrom(1, 4, 8),
  })
  .map(({ kind, page: start, word, size }): Access => [kind, start + word * 4, size]);

const bytes = fc.integer({ min: 1, max: 4 * 4096 });

const change: fc.Arbitrary<ProcessOperation> = fc.oneof(
  page.map((end): ProcessOperation => ({ kind: 'brk', end: end + 20 })),
  fc.record({
    kind: fc.constant('map' as const),
    start: page,
    bytes,
    writable: fc.constantFrom(true, true, false),
  }),
  fc.record({ kind: fc.constant('unmap' as const), start: page, bytes }),
  fc.record({
    kind: fc.constant('protect' as const),
    start: page,
    bytes,
    accessible: fc.constantFrom(true, true, false),
    writable: fc.constantFrom(true, true, false),
  }),
  fc.constant<ProcessOperation>({ kind: 'exec' }),
  fc.record({ kind: fc.constant('sleep' as const), nanoseconds: fc.nat(2000) }),
  fc.record({
    kind: fc.constant('kernel-map' as const),
    pages: fc.integer({ min: 0, max: 4 }),
    how: fc.constantFrom('vmalloc' as const, 'kmap' as const),
  }),
);

type Item =
  | { readonly access: Access }
  | { readonly change: ProcessOperation }
  | { readonly fork: Program }
  | { readonly wait: { readonly any: boolean; readonly blocks: boolean } };

function items(depth: number): fc.Arbitrary<readonly Item[]> {
  const choices = [
    { weight: 16, arbitrary: fc.record({ access }) },
    { weight: 3, arbitrary: fc.record({ change }) },
    {
      weight: 1,
      arbitrary: fc.record({ wait: fc.record({ any: fc.boolean(), blocks: fc.boolean() }) }),
    },
  ];
  if (depth === 0) return fc.array(fc.oneof(...choices), { maxLength: 25 });
  const fork = { weight: 2, arbitrary: fc.record({ fork: programs(depth - 1) }) };
  return fc.array(fc.oneof(fork, ...choices), { maxLength: 25 });
}

/** Programs that fork, change their map and wait. Each begins with an access. */
function programs(depth: number): fc.Arbitrary<Program> {
  return fc.tuple(access, items(depth)).map(([first, list]) => assemble(first, list));
}

export const anyTree = programs(2);

function assemble(first: Access, list: readonly Item[]): Program {
  const accesses: Access[] = [first];
  const events: SystemCallEvent[] = [];
  const children: Record<number, Program> = {};
  let pid = 100;
  const happen = (what: ProcessOperation) => events.push(operation(accesses.length, what));
  for (const item of list) {
    if ('access' in item) accesses.push(item.access);
    else if ('change' in item) happen(item.change);
    else if ('fork' in item) {
      children[++pid] = item.fork;
      happen({ kind: 'fork', child: pid });
    } else {
      const { any, blocks } = item.wait;
      happen({ kind: 'wait', child: any ? null : pid, blocks });
    }
  }
  return { accesses, events, children };
}

/** Holds what every process of a finished run read against the model. */
export function checkAgainstModel(guest: FlatGuest): void {
  const { kernel } = guest;
  const initial = guest.options.processes.length;
  const models: ModelProcess[] = [];
  kernel.results().forEach((result, index) => {
    const token = index < initial ? storeTokenOf(index) : firstStoreToken(index);
    const beginning: Beginning | undefined =
      result.parent < 0 ? nothing : models[result.parent]!.children.get(result.pid);
    const model = new ModelProcess(beginning!, token);
    models.push(model);
    model.run(guest.programOf(index));
    expect(result).toMatchObject({
      ...model.expected,
      forks: model.children.size,
      status: model.reason === undefined ? 'end-of-trace' : 'killed',
    });
    expect(result.reason).toBe(model.reason);
  });
}
