// SPDX-License-Identifier: GPL-2.0-or-later
import { COMMON_OPTIONS, PAGE_BYTES, PATTERN_BASE, definePattern } from '../pattern.js';
import { accesses } from '../steps.js';

export const sequential = definePattern({
  name: 'sequential',
  summary: 'Goes through its pages from the first to the last, again and again.',
  options: {
    ...COMMON_OPTIONS,
    stride: {
      kind: 'integer',
      min: 4,
      max: 0x100000,
      multipleOf: 4,
      default: 64,
      description: 'Bytes from one access to the next.',
    },
  },
  *run(scene) {
    const { pages, stride } = scene.options;
    const end = pages * PAGE_BYTES;
    let offset = 0;
    yield* accesses(scene, scene.options.accesses, () => {
      const address = PATTERN_BASE + offset;
      offset = (offset + stride) % end;
      return address;
    });
  },
});
