// SPDX-License-Identifier: GPL-2.0-or-later
// Which TLB policy suits your program? Here it multiplies two matrices, in two ways.
//
//   node examples/tlb-policies.mjs
import { Need, PolicyTlb, Right, tlbPolicies } from '@lguest-sim/cpu';

/** @typedef {import('@lguest-sim/cpu').TlbPolicySetting} TlbPolicySetting */

const SIDE = 64; // Rows and columns of numbers of 8 bytes.
const A = 0x10000000;
const B = A + SIDE * SIDE * 8;

/**
 * Row by column: B is read downwards. In blocks, few of its pages are in use at a time.
 * @param {number} block
 */
function* product(block) {
  for (let from = 0; from < SIDE; from += block) {
    for (let cell = 0; cell < SIDE * SIDE; cell++) {
      const [row, column] = [Math.floor(cell / SIDE), cell % SIDE];
      for (let k = from; k < from + block; k++) {
        yield A + (row * SIDE + k) * 8;
        yield B + (k * SIDE + column) * 8;
      }
    }
  }
}

/** A policy of one's own: a bit for each way says that it was used; ways without are let go. */
const nru = (/** @type {TlbPolicySetting} */ { ways }) => {
  const recent = new Uint8Array(ways);
  const used = (/** @type {number} */ _, /** @type {number} */ way) => {
    recent[way] = 1;
    if (!recent.includes(0)) recent.fill(0).fill(1, way, way + 1);
  };
  return { victim: () => recent.indexOf(0), filled: used, hit: used };
};

const { lru, random, 'tree-plru': plru } = tlbPolicies;
const shape = { entries: 8, ways: 8 };
for (const [policy, make] of Object.entries({ lru, random, 'tree-plru': plru, nru })) {
  const misses = [SIDE, 16].map((block) => {
    let seed = 1;
    const next = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16;
    const tlb = new PolicyTlb(shape, make({ sets: 1, ways: 8, random: next }));
    let count = 0;
    for (const address of product(block)) {
      if (tlb.lookUp(address, Need.userLoad)) continue;
      tlb.fill(address, Right.present | Right.user, 0);
      count++;
    }
    return `${String(count).padStart(7)} in blocks of ${block}`;
  });
  console.log(policy.padEnd(10), 'misses:', ...misses);
}
