// SPDX-License-Identifier: GPL-2.0-or-later
// How fast a trace is decoded from memory, as text and packed, one after the other in each repeat.
//
//     node packages/trace/bench/decode.mjs [FILE] [REPEATS] [--json]
//
// FILE is a trace, plain or gzip (../shared/traces/sort.lackey.gz unless given). Copies of it are
// joined until there are 8 million records, and that is packed. Nanoseconds are CPU time for each
// access, the time between bytes in memory and batches; the first two repeats warm the compiler up
// and are not counted. The package must have been built.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { AccessBatch, packLogs, traceOfChunks } from '@lguest-sim/trace';

const WANTED_RECORDS = 8_000_000;
const CHUNK_BYTES = 128 * 1024;
const WARM_UP = 2;
const RECORD = /^(?:I {2}| [LSM] )/gm;

const isJson = process.argv.includes('--json');
const [file = defaultFile(), repeats = '15'] = process.argv
  .slice(2)
  .filter((argument) => argument !== '--json');

const text = joinCopies(readTrace(file));
const packed = await collect(packLogs([{ name: file, chunks: chunks(text) }]));
const forms = { text, packed };
const nanoseconds = { text: [], packed: [] };
let accesses = 0;
for (let repeat = -WARM_UP; repeat < Math.max(5, Number(repeats)); repeat++) {
  for (const [form, bytes] of Object.entries(forms)) {
    const start = process.cpuUsage();
    accesses = await readAll(traceOfChunks(chunks(bytes), { name: form }));
    const { user, system } = process.cpuUsage(start);
    if (repeat >= 0) nanoseconds[form].push(((user + system) * 1e3) / accesses);
  }
}
report();

function report() {
  const results = Object.entries(forms).map(([form, bytes]) => ({
    form,
    bytesPerAccess: bytes.length / accesses,
    nanosecondsPerAccess: quantiles(nanoseconds[form]),
  }));
  if (isJson) {
    console.log(JSON.stringify({ file, accesses, repeats: nanoseconds.text.length, results }));
    return;
  }
  console.log(`${accesses} accesses, ${nanoseconds.text.length} repeats, Node ${process.version}`);
  for (const { form, bytesPerAccess, nanosecondsPerAccess } of results) {
    const { best, median, worst } = nanosecondsPerAccess;
    console.log(
      `${form.padEnd(6)} ${bytesPerAccess.toFixed(2)} bytes and ${median.toFixed(2)} ns an access ` +
        `(${best.toFixed(2)} to ${worst.toFixed(2)})`,
    );
  }
}

function quantiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const [best, median, worst] = [0, 0.5, 1].map(
    (part) => sorted[Math.round(part * (sorted.length - 1))],
  );
  return { best, median, worst };
}

function defaultFile() {
  return fileURLToPath(new URL('../../../../shared/traces/sort.lackey.gz', import.meta.url));
}

function readTrace(path) {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

function joinCopies(one) {
  const records = one.toString('latin1').match(RECORD)?.length ?? 0;
  return Buffer.concat(Array(Math.ceil(WANTED_RECORDS / records)).fill(one));
}

async function* chunks(bytes) {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

async function collect(pieces) {
  const all = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

async function readAll(source) {
  const batch = new AccessBatch();
  let count = 0;
  while (await source.read(batch)) count += batch.length;
  await source.close();
  return count;
}
