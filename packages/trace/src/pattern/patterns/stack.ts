// SPDX-License-Identifier: GPL-2.0-or-later
import { COMMON_OPTIONS, PAGE_BYTES, definePattern } from '../pattern.js';
import { pageAddress } from '../steps.js';

export const stack = definePattern({
  name: 'stack',
  summary: 'Calls and returns on a stack that grows downwards: a store a call, a load a return.',
  options: {
    ...COMMON_OPTIONS,
    writeShare: {
      ...COMMON_OPTIONS.writeShare,
      default: 0.5,
      description: 'Share of calls, as long as the stack is neither empty nor full.',
    },
    frame: {
      kind: 'integer',
      min: 4,
      max: PAGE_BYTES,
      multipleOf: 4,
      default: 256,
      description: 'Bytes that a call takes of the stack.',
    },
  },
  *run({ options, random, out }) {
    const top = pageAddress(options.pages);
    const deepest = Math.floor((options.pages * PAGE_BYTES) / options.frame);
    let depth = 0;
    for (let done = 0; done < options.accesses; done++) {
      const wants = random.chance(options.writeShare);
      const calls = depth === 0 || (depth < deepest && wants);
      if (calls) depth++;
      if (out.full) yield;
      out.access(top - depth * options.frame, calls);
      if (!calls) depth--;
    }
  },
});
