// SPDX-License-Identifier: GPL-2.0-or-later
//
// What an access costs in the hot loop, and what a page fault costs on the CPU's side.
//
//     node bench/hot-loop.mjs [TRACE]        after `tsc -b`; TRACE is a Lackey log
//
import { performance } from 'node:perf_hooks';
import { AccessBatch, AccessKind } from '@lguest-sim/trace';
import { BenchMachine, LoopingCode, batchOf } from './machine.mjs';

const WARM_UP = 20;
const REPEATS = 101;
const FOREVER = Number.MAX_SAFE_INTEGER;

/** Numbers below `bound` from a linear congruential generator: the same at every run. */
function randomFrom(seed) {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) * bound) >>> 24;
  };
}

/**
 * Accesses shaped like a program's: runs of instructions in loops, a store or a load after every
 * second or third of them, half on the stack, half in a slowly wandering part of the heap.
 */
function program(length, codePages, heapPages) {
  const random = randomFrom(1);
  const accesses = [];
  let eip = 0x08048000;
  let heap = 0;
  while (accesses.length < length) {
    if (random(12) === 0) eip = 0x08048000 + random(codePages) * 4096 + random(1000) * 4;
    const size = 1 + random(6);
    eip = (eip & 4095) + size > 4080 ? eip & ~4095 : eip + size;
    accesses.push([eip, AccessKind.fetch, size]);
    if (random(5) > 1) continue;
    if (random(64) === 0) heap = random(heapPages);
    const stack = random(2) === 0;
    const address = stack
      ? 0xbfffe000 + random(256) * 4
      : 0x09000000 + heap * 4096 + random(1024) * 4;
    const kind = random(3) === 0 ? AccessKind.store : AccessKind.load;
    accesses.push(random(16) === 0 ? [address + 1, kind, 1] : [address, kind, 4]);
  }
  return accesses;
}

/** Every batch of a Lackey log. */
async function readBatches(file) {
  const { openTrace } = await import('@lguest-sim/trace/node');
  const source = await openTrace(file);
  const batches = [];
  for (let batch = new AccessBatch(); await source.read(batch); batch = new AccessBatch()) {
    batch.events.length = 0;
    batches.push(batch);
  }
  await source.close();
  return batches;
}

function mapAll(machine, batches) {
  const pages = new Set();
  for (const batch of batches)
    for (let i = 0; i < batch.length; i++) pages.add(batch.addresses[i] >>> 12);
  for (const page of pages) machine.map(page * 4096);
  return pages.size;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function least(values) {
  return Math.min(...values);
}

/**
 * Times pieces of work of well under a millisecond each, again and again, and prints nanoseconds per
 * unit: the pieces' medians summed, and their best times summed, which is what a busy machine would
 * show if it were quiet.
 *
 * @param pieces functions that do a piece and return how many units it was
 */
function measure(name, unit, pieces) {
  const samples = pieces.map(() => []);
  let units = 0;
  for (let repeat = 0; repeat < WARM_UP + REPEATS; repeat++) {
    units = 0;
    for (const [i, piece] of pieces.entries()) {
      const start = performance.now();
      units += piece();
      if (repeat >= WARM_UP) samples[i].push(performance.now() - start);
    }
  }
  const total = (pick) => samples.reduce((sum, values) => sum + pick(values), 0) * 1e6;
  const [middle, best] = [median, least].map((pick) => (total(pick) / units).toFixed(2));
  console.log(`${name}: ${middle} ns/${unit} median, ${best} best (${REPEATS} repeats)`);
}

function benchBatches(name, batches) {
  const machine = new BenchMachine(16384);
  const pages = mapAll(machine, batches);
  const code = new LoopingCode(batches[0]);
  const { core } = machine;
  machine.enter(code);
  const run = (batch) => () => {
    batch.position = 0;
    code.accesses = batch;
    core.run(FOREVER);
    return batch.length;
  };
  measure(name, 'access', batches.map(run));
  const { accesses, tlbMisses } = core.counters;
  console.log(`    ${pages} pages, ${((100 * tlbMisses) / accesses).toFixed(3)} % TLB misses`);
}

/** A load from a page that is not mapped: walk, gate, frame; then the way back in. */
function benchFault() {
  const machine = new BenchMachine();
  const { core } = machine;
  const code = new LoopingCode(batchOf([[0x09000000, AccessKind.load, 4]]));
  const rounds = 200;
  const piece = () => {
    for (let i = 0; i < rounds; i++) {
      machine.enter(code);
      core.run(FOREVER);
      core.loadCr3(machine.top << 12);
    }
    return rounds;
  };
  measure(
    'page fault on the CPU: walk, gate, frame, two CR3 loads',
    'fault',
    Array(20).fill(piece),
  );
}

const file = process.argv[2];
benchBatches('few pages, all hits', [batchOf(program(8192, 12, 8))]);
benchBatches('many pages', [batchOf(program(8192, 40, 58))]);
if (file !== undefined) benchBatches(file, await readBatches(file));
benchFault();
