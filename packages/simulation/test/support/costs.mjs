// SPDX-License-Identifier: GPL-2.0-or-later
// What a fault and a shadow page cost in messages and bytes: counts, no times. Run by
// `costs.test.ts` in a process of its own, with a young generation so large that nothing is
// collected while bytes are counted, and with `gc`. Writes one JSON document.
import { Simulation } from '@lguest-sim/simulation';
import { lackeySource, patternTree } from '@lguest-sim/trace';
import { FrameOwner } from '@lguest-sim/x86';

const PAGE_FAULT = 14;
const config = { slice: 1e9, guestSlice: 1e9 };
const heap = () => process.memoryUsage().heapUsed;

/** Faults that fill shadow tables again, one after the other. */
const refills = () =>
  new Simulation(config, [
    patternTree('switch-ring', { processes: 6, pages: 512, accesses: 8192, turn: 512 }),
  ]);

/** Messages from one such fault to the next. */
async function messagesPerFault() {
  const simulation = refills();
  const counts = new Map();
  let before = -1;
  simulation.messages$.subscribe(({ sequence, message }) => {
    if (message.topic === 'guest-trap') before = -1;
    if (message.topic !== 'trap') return;
    const isFault = message.vector === PAGE_FAULT;
    if (isFault && before >= 0) {
      const messages = sequence - before;
      counts.set(messages, (counts.get(messages) ?? 0) + 1);
    }
    before = isFault ? sequence : -1;
  });
  await simulation.run();
  await simulation.close();
  const [[usual]] = [...counts].sort(([, a], [, b]) => b - a);
  return usual;
}

/** Bytes of the heap that a fault's messages and work take until they are collected. */
async function heapBytesPerFault() {
  const simulation = refills();
  const { cpus } = simulation.parts.host;
  const faults = () => cpus[0].core.counters.pageFaults;
  let wanted = 20_000;
  const signal = {
    get aborted() {
      return faults() >= wanted;
    },
  };
  await simulation.run({ signal });
  gc();
  const [faultsBefore, bytesBefore] = [faults(), heap()];
  wanted += 4_000;
  await simulation.run({ signal });
  const bytes = heap() - bytesBefore;
  await simulation.close();
  return bytes / (faults() - faultsBefore);
}

/**
 * Bytes that a shadow page takes beyond the page itself: on the heap, which is what is freed with all
 * tables of a guest; and in the tables that have a place for every frame.
 */
async function bytesPerShadowPage() {
  await freed();
  return await freed();
}

async function freed() {
  const regions = 700;
  const simulation = new Simulation({ memoryBytes: 2 ** 25 }, [touching(regions)]);
  const { host, guests } = simulation.parts;
  const [{ kernel, mmu }] = guests;
  const signal = {
    get aborted() {
      return kernel.process(0).accesses >= regions;
    },
  };
  await simulation.run({ signal });
  const before = { pages: shadowPages(host.memory), bytes: collected() };
  mmu.clearAll(0);
  const after = { pages: shadowPages(host.memory), bytes: collected() };
  const { owners, holds, filled, frameCount } = host.memory;
  const pages = before.pages - after.pages;
  await simulation.close();
  return {
    pages,
    onHeap: (before.bytes - after.bytes) / pages,
    // The list of free frames has a word for each, too.
    inTables: (owners.byteLength + holds.byteLength + filled.byteLength) / frameCount + 4,
  };
}

function shadowPages({ owners }) {
  return owners.reduce((sum, owner) => sum + (owner === FrameOwner.shadowTable ? 1 : 0), 0);
}

function collected() {
  gc();
  return heap();
}

/** Touches one page of each of so many 4 MiB regions, and then goes on with the first. */
function touching(regions) {
  const line = (region) =>
    ` L ${(0x08000000 + region * 0x400000).toString(16).padStart(8, '0')},4\n`;
  const text = Array.from({ length: regions + 50_000 }, (_, at) => line(at < regions ? at : 0));
  const bytes = new TextEncoder().encode(text.join(''));
  async function* chunks() {
    yield bytes;
  }
  const name = `touching ${regions}`;
  return { name, open: () => Promise.resolve(lackeySource(chunks(), { name })) };
}

const costs = {
  messagesPerFault: await messagesPerFault(),
  heapBytesPerFault: await heapBytesPerFault(),
  shadowPage: await bytesPerShadowPage(),
};
console.log(JSON.stringify(costs));
