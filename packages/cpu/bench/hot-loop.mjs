// SPDX-License-Identifier: GPL-2.0-or-later
//
// What an access costs in the hot loop, and what a page fault costs on the CPU's side.
//
//     node bench/hot-loop.mjs [TRACE]        after `tsc -b`; TRACE is a Lackey log
//
import { AccessBatch, AccessKind } from '@lguest-sim/trace';
import { BenchMachine, LoopingCode, batchOf } from './machine.mjs';

const REPEATS = 21;
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
  for (const batch of batches) for (const address of batch.addresses) pages.add(address >>> 12);
  for (const page of pages) machine.map(page * 4096);
  return pages.size;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Nanoseconds of CPU time that `work` takes, divided by how often it says it did it: median and extremes. */
function measure(name, unit, work) {
  const samples = [];
  for (let i = 0; i < REPEATS + 4; i++) {
    const start = process.cpuUsage();
    const count = work();
    const { user, system } = process.cpuUsage(start);
    samples.push(((user + system) * 1e3) / count);
  }
  const kept = samples.slice(4);
  const [low, middle, high] = [Math.min(...kept), median(kept), Math.max(...kept)];
  const figures = [middle, low, high].map((value) => value.toFixed(2));
  console.log(
    `${name}: ${figures[0]} ns/${unit} median (${figures[1]} to ${figures[2]}, ${REPEATS} repeats)`,
  );
}

function benchBatches(name, batches) {
  const machine = new BenchMachine(16384);
  const pages = mapAll(machine, batches);
  const code = new LoopingCode(batches[0]);
  machine.enter(code);
  const rounds = Math.ceil(2_000_000 / batches.reduce((sum, batch) => sum + batch.length, 0));
  measure(name, 'access', () => {
    const before = machine.core.counters.accesses;
    for (let round = 0; round < rounds; round++) {
      for (const batch of batches) {
        batch.position = 0;
        code.accesses = batch;
        machine.core.run(FOREVER);
      }
    }
    return machine.core.counters.accesses - before;
  });
  const { accesses, tlbMisses } = machine.core.counters;
  const rate = ((100 * tlbMisses) / accesses).toFixed(3);
  console.log(`    ${pages} pages, TLB miss rate ${rate} %`);
}

/** A read of a page that is not mapped: walk, fault, gate, frame; then the way back in. */
function benchFault() {
  const machine = new BenchMachine();
  const code = new LoopingCode(batchOf([[0x09000000, AccessKind.load, 4]]));
  const rounds = 100_000;
  measure('page fault, CPU side (walk, gate, frame, two CR3 loads)', 'fault', () => {
    for (let i = 0; i < rounds; i++) {
      machine.enter(code);
      machine.core.run(FOREVER);
      machine.core.loadCr3(machine.top << 12);
    }
    return rounds;
  });
}

const file = process.argv[2];
benchBatches('all hits, 24 pages', [batchOf(program(8192, 12, 8))]);
benchBatches('100 pages', [batchOf(program(8192, 40, 58))]);
if (file !== undefined) benchBatches(file, await readBatches(file));
benchFault();
