// SPDX-License-Identifier: GPL-2.0-or-later

// How a machine grows: accesses a second and bytes a guest, for guests x host CPUs. Each size runs in
// a process of its own, as memory that was once used does not go back to the system.
//
//   node bench/scale.mjs [--sizes 1x1,10x4,100x16,1000x64] [--accesses 2000] [--json]
//
// A size is GUESTSxCPUS. Every guest has 16 MB, boots, and makes so many accesses. Bytes a guest are what
// the process has resident at most, less what a machine without further guests has, for each guest.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1x1,1x64,10x1,10x64,100x4,100x64,1000x16,1000x64' },
    accesses: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
    one: { type: 'string' },
  },
});

if (values.one === undefined) await table();
else console.log(JSON.stringify(await measure(values.one)));

/** @param {string} size */
async function measure(size) {
  const { Simulation } = await import('@lguest-sim/simulation');
  const { patternTree } = await import('@lguest-sim/trace');
  const [guests = 0, cpus = 0] = size.split('x').map(Number);
  const tree = patternTree('zipf', { pages: 64, accesses: Number(values.accesses) });
  const memoryBytes = 16 * 2 ** 20;
  const simulation = new Simulation({ guests, cpus, memoryBytes, slice: 20_000 }, [tree]);
  const begun = performance.now();
  await simulation.run();
  const seconds = (performance.now() - begun) / 1000;
  const { accesses, kernelAccesses, worldSwitches } = simulation.result().totals;
  await simulation.close();
  const residentBytes = process.resourceUsage().maxRSS * 1024;
  return { guests, cpus, accesses, kernelAccesses, worldSwitches, seconds, residentBytes };
}

async function table() {
  /** @param {string} size @returns {Awaited<ReturnType<typeof measure>>} */
  const inProcess = (size) => {
    const file = fileURLToPath(import.meta.url);
    const args = [file, '--one', size, '--accesses', values.accesses];
    const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${size}: ${stderr}`);
    return JSON.parse(stdout);
  };
  const least = inProcess('1x1');
  const rows = values.sizes.split(',').map((size) => {
    const row = inProcess(size);
    const { guests, accesses, kernelAccesses, seconds, residentBytes } = row;
    return {
      ...row,
      accessesPerSecond: Math.round(accesses / seconds),
      allAccessesPerSecond: Math.round((accesses + kernelAccesses) / seconds),
      bytesPerGuest:
        guests === 1 ? null : Math.round((residentBytes - least.residentBytes) / (guests - 1)),
    };
  });
  if (values.json) return console.log(JSON.stringify(rows, undefined, 2));
  const titles = [
    'guests',
    'CPUs',
    'accesses',
    'with kernel',
    'seconds',
    'accesses/s',
    'with kernel/s',
    'MiB',
    'KiB/guest',
  ];
  console.log(titles.map((title) => title.padStart(13)).join(''));
  for (const row of rows) {
    const cells = [
      row.guests,
      row.cpus,
      row.accesses,
      row.accesses + row.kernelAccesses,
      row.seconds.toFixed(2),
      row.accessesPerSecond,
      row.allAccessesPerSecond,
      Math.round(row.residentBytes / 2 ** 20),
      row.bytesPerGuest === null ? '-' : Math.round(row.bytesPerGuest / 1024),
    ];
    console.log(cells.map((cell) => String(cell).padStart(13)).join(''));
  }
}
