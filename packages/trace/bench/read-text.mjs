// SPDX-License-Identifier: GPL-2.0-or-later
// How fast Lackey text is read: records a second, as the median over repeats.
//
//     node packages/trace/bench/read-text.mjs [FILE] [REPEATS]
//
// FILE is a trace, plain or gzip (../shared/traces/sort.lackey.gz unless given). Copies of it are
// joined until there are 8 million records; they are read from memory (decoding alone) and from a
// file (all of it). The package must have been built. CPU time is printed beside wall time, because
// on a machine that does other things as well only the former says much.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { AccessBatch, lackeySource } from '@lguest-sim/trace';
import { openTrace } from '@lguest-sim/trace/node';

const WANTED_RECORDS = 8_000_000;
const CHUNK_BYTES = 128 * 1024;
const RECORD = /^(?:I {2}| [LSM] )/gm;

const file =
  process.argv[2] ??
  fileURLToPath(new URL('../../../../shared/traces/sort.lackey.gz', import.meta.url));
const repeats = Math.max(5, Number(process.argv[3] ?? 15));

const { text, records } = joinCopies(readTrace(file));
const folder = mkdtempSync(join(tmpdir(), 'lguest-sim-bench-'));
try {
  const path = join(folder, 'joined.lackey');
  writeFileSync(path, text);
  console.log(
    `${records} records, ${text.length} bytes, ${repeats} repeats, Node ${process.version}`,
  );
  await measure('from memory', () => lackeySource(chunks(text), { name: 'memory' }));
  await measure('from a file', () => openTrace(path));
} finally {
  rmSync(folder, { recursive: true });
}

function readTrace(path) {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

function joinCopies(one) {
  const records = one.toString('latin1').match(RECORD)?.length ?? 0;
  const copies = Math.ceil(WANTED_RECORDS / records);
  return { text: Buffer.concat(Array(copies).fill(one)), records: records * copies };
}

async function* chunks(bytes) {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

async function measure(title, open) {
  const wall = [];
  const cpu = [];
  // The first one warms the compiler up and is not counted.
  for (let repeat = 0; repeat <= repeats; repeat++) {
    const source = await open();
    const startCpu = process.cpuUsage();
    const start = performance.now();
    await readAll(source);
    const seconds = (performance.now() - start) / 1e3;
    const used = process.cpuUsage(startCpu);
    await source.close();
    if (repeat === 0) continue;
    wall.push(records / seconds / 1e6);
    cpu.push(records / (used.user + used.system));
  }
  console.log(`${title}: ${summary(wall)} by wall time, ${summary(cpu)} by CPU time`);
}

async function readAll(source) {
  const batch = new AccessBatch();
  let accesses = 0;
  while (await source.read(batch)) accesses += batch.length;
  return accesses;
}

function summary(rates) {
  const sorted = [...rates].sort((a, b) => a - b);
  const [low, median, high] = [0, 0.5, 1].map(
    (part) => sorted[Math.round(part * (sorted.length - 1))],
  );
  return `${median.toFixed(1)} million records/s (${low.toFixed(1)} to ${high.toFixed(1)})`;
}
