// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameAllocator, NO_GUEST_FRAME } from '../src/core/frame-allocator.js';

type Block = readonly [frame: number, order: 0 | 1];

const orders = fc.constantFrom<0 | 1>(0, 1);
const commands = fc.array(fc.oneof(fc.record({ take: orders }), fc.record({ give: fc.nat() })), {
  maxLength: 200,
});
const ranges = fc
  .record({ first: fc.integer({ min: 1, max: 40 }), size: fc.integer({ min: 0, max: 60 }) })
  .map(({ first, size }) => ({ first, end: first + size }));

function framesOf([frame, order]: Block): number[] {
  return order === 0 ? [frame] : [frame, frame + 1];
}

describe('the frame allocator', () => {
  it('never hands a frame out twice, aligns pairs, and finds a pair whenever there is one', () => {
    fc.assert(
      fc.property(ranges, commands, ({ first, end }, list) => {
        const allocator = new FrameAllocator(first, end);
        const inUse = new Set<number>();
        const blocks: Block[] = [];
        for (const command of list) {
          if ('take' in command) {
            const frame = allocator.allocate(command.take);
            if (frame === NO_GUEST_FRAME) {
              expect(hasBlock(first, end, inUse, command.take)).toBe(false);
              continue;
            }
            const block: Block = [frame, command.take];
            expect(frame % (1 << command.take)).toBe(0);
            for (const taken of framesOf(block)) {
              expect(taken >= first && taken < end && !inUse.has(taken)).toBe(true);
              inUse.add(taken);
            }
            blocks.push(block);
          } else if (blocks.length > 0) {
            const [block] = blocks.splice(command.give % blocks.length, 1);
            allocator.free(...block!);
            for (const given of framesOf(block!)) inUse.delete(given);
          }
          expect(allocator.freeFrames).toBe(end - first - inUse.size);
        }
      }),
    );
  });

  it('hands the same frames out after it was put back', () => {
    fc.assert(
      fc.property(ranges, fc.array(orders), fc.array(orders), ({ first, end }, before, after) => {
        const allocator = new FrameAllocator(first, end);
        const taken = before.map((order): Block => [allocator.allocate(order), order]);
        for (const [frame, order] of taken.slice(0, 3)) {
          if (frame !== NO_GUEST_FRAME) allocator.free(frame, order);
        }
        const copy = new FrameAllocator(first, end);
        copy.restore(structuredClone(allocator.snapshot()));
        expect(copy.freeFrames).toBe(allocator.freeFrames);
        for (const order of after) expect(copy.allocate(order)).toBe(allocator.allocate(order));
      }),
    );
  });

  it('starts with the lowest frames', () => {
    const allocator = new FrameAllocator(7, 20);
    expect([0, 0, 0].map(() => allocator.allocate(0))).toEqual([7, 8, 9]);
    expect(allocator.allocate(1)).toBe(10);
  });

  it('knows which of the frames it hands out had been in use before, after a snapshot too', () => {
    const allocator = new FrameAllocator(8, 32);
    const [first, pair] = [allocator.allocate(0), allocator.allocate(1)];
    expect([first, pair, pair + 1].map((frame) => allocator.isFirstUse(frame))).toEqual([
      true,
      true,
      true,
    ]);
    allocator.free(first, 0);
    allocator.free(pair, 1);
    const copy = new FrameAllocator(8, 32);
    copy.restore(structuredClone(allocator.snapshot()));
    for (const each of [allocator, copy]) {
      const firstUses = Array.from({ length: 24 }, () => each.allocate(0))
        .filter((frame) => each.isFirstUse(frame))
        .sort((a, b) => a - b);
      expect(firstUses).toHaveLength(24 - 3);
      for (const frame of [first, pair, pair + 1]) expect(firstUses).not.toContain(frame);
    }
  });

  it('refuses frames that are free or not its own', () => {
    const allocator = new FrameAllocator(8, 16);
    const frame = allocator.allocate(0);
    allocator.free(frame, 0);
    expect(() => allocator.free(frame, 0)).toThrow('guest frame 8: cannot be freed');
    expect(() => allocator.free(16, 0)).toThrow('guest frame 16: cannot be freed');
    expect(() => allocator.free(3, 0)).toThrow('guest frame 3: cannot be freed');
  });
});

function hasBlock(first: number, end: number, inUse: Set<number>, order: number): boolean {
  const size = 1 << order;
  for (let frame = Math.ceil(first / size) * size; frame + size <= end; frame += size) {
    if (framesOf([frame, order as 0 | 1]).every((each) => !inUse.has(each))) return true;
  }
  return false;
}
