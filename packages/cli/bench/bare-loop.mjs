// SPDX-License-Identifier: GPL-2.0-or-later
// A bare loop over a Lackey log, to compare with: one direct-mapped TLB of 64 entries, and counts. No page table, no kernel,
// no faults, no shadow tables, and 32-bit addresses only.
//
//   node bare-loop.mjs FILE     prints accesses and misses
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 10;
const SPACE = 32;
const COMMA = 44;
const [L, M, S, I] = [...'LMSI'].map((letter) => letter.charCodeAt(0));

const tlb = new Int32Array(64).fill(-1);
let accesses = 0;
let misses = 0;

function lookUp(page) {
  if (tlb[page & 63] === page) return;
  tlb[page & 63] = page;
  misses++;
}

/** Runs the records from `at` up to the newline before `end`. */
function run(bytes, end) {
  let at = 0;
  while (at < end) {
    const kind = bytes[at] === I ? I : bytes[at] === SPACE ? bytes[at + 1] : 0;
    if (kind === I || kind === L || kind === S || kind === M) {
      let address = 0;
      for (at += 3; bytes[at] !== COMMA; at++) {
        const digit = bytes[at];
        address = (address << 4) | (digit < 58 ? digit - 48 : digit - 87);
      }
      let size = 0;
      for (at++; bytes[at] !== NEWLINE; at++) size = size * 10 + bytes[at] - 48;
      accesses += kind === M ? 2 : 1;
      lookUp(address >>> 12);
      if ((address & 4095) + size > 4096) lookUp((address + size - 1) >>> 12);
    } else {
      while (bytes[at] !== NEWLINE) at++;
    }
    at++;
  }
}

const file = openSync(process.argv[2], 'r');
const bytes = Buffer.allocUnsafe(2 * CHUNK_BYTES);
let kept = 0;
for (;;) {
  const length = kept + readSync(file, bytes, kept, CHUNK_BYTES, null);
  if (length === kept) break;
  const end = bytes.lastIndexOf(NEWLINE, length - 1) + 1;
  run(bytes, end);
  bytes.copy(bytes, 0, end, length);
  kept = length - end;
}
closeSync(file);
console.log(JSON.stringify({ accesses, misses }));
