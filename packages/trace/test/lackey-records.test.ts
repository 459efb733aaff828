// SPDX-License-Identifier: GPL-2.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessKind } from '../src/index.js';
import type { PlainAccess } from './support/reading.js';
import { putBack, readBatches, readText, textSource } from './support/reading.js';
import { readPlainly } from './support/plain-reader.js';

const { fetch, load, store } = AccessKind;

function access(kind: number, address: number, size: number, continuation = false): PlainAccess {
  return { kind, address, size, continuation };
}

describe('a record of a Lackey log', () => {
  it('is one access for I, L and S, and a load and a store for M', async () => {
    const { accesses } = await readText(
      'I  08049b00,2\n L 080ea001,4\n S 080ea005,1\n M 0810000c,4\n',
    );
    expect(accesses).toEqual([
      access(fetch, 0x08049b00, 2),
      access(load, 0x080ea001, 4),
      access(store, 0x080ea005, 1),
      access(load, 0x0810000c, 4),
      access(store, 0x0810000c, 4),
    ]);
  });

  it('may have an address of any length up to 16 digits, and capitals', async () => {
    const { accesses } = await readText(
      'I  1000,2\nI  0000000000002000,2\nI  08ABcdEF,3\nI  0,1\n',
    );
    expect(accesses.map(({ address }) => address)).toEqual([0x1000, 0x2000, 0x08abcdef, 0]);
  });

  it('may have a size of up to 4096 bytes', async () => {
    const { accesses } = await readText(
      ' L 08000000,10\n L 08000000,16\n L 08000000,9\n L 08000000,4096\n',
    );
    expect(accesses.map(({ size }) => size)).toEqual([10, 16, 9, 4096]);
  });

  it('that ends with the page is one access', async () => {
    const { accesses } = await readText('I  08049ffe,2\n L 08049ff8,8\n L 08049000,4096\n');
    expect(accesses).toHaveLength(3);
  });

  it('that crosses a page is one access for each page', async () => {
    const { accesses } = await readText(' L 08049ffe,4\n S 08049fff,8\nI  08049f01,4096\n');
    expect(accesses).toEqual([
      access(load, 0x08049ffe, 2),
      access(load, 0x0804a000, 2, true),
      access(store, 0x08049fff, 1),
      access(store, 0x0804a000, 7, true),
      access(fetch, 0x08049f01, 255),
      access(fetch, 0x0804a000, 3841, true),
    ]);
  });

  it('that crosses a page and modifies loads both pages before it stores', async () => {
    const { accesses } = await readText(' M 08049fff,2\n');
    expect(accesses).toEqual([
      access(load, 0x08049fff, 1),
      access(load, 0x0804a000, 1, true),
      access(store, 0x08049fff, 1),
      access(store, 0x0804a000, 1, true),
    ]);
  });

  it('may end with a carriage return and a line feed', async () => {
    const unix =
      '==1== x\nI  08049b00,2\n\n M 0810000c,4\nSYSCALL[1,1](20) sys_getpid ()[sync] --> Success(0x1) \n';
    expect(await readText(unix.replaceAll('\n', '\r\n'))).toEqual(await readText(unix));
  });

  it('is complete without a line end at the end of the trace', async () => {
    const { accesses } = await readText('I  08049b00,2\n L 080ea000,4');
    expect(accesses).toEqual([access(fetch, 0x08049b00, 2), access(load, 0x080ea000, 4)]);
  });

  it('may be surrounded by any remarks of Valgrind', async () => {
    const remarks = [
      '==12== Lackey',
      '==12== ',
      '--12-- verbose',
      '**12** from the client',
      '',
      '==',
    ];
    const { accesses, events } = await readText(
      `${remarks.join('\n')}\nI  08049b00,2\n${remarks.join('\n')}`,
    );
    expect([accesses.length, events.length]).toEqual([1, 0]);
  });
});

/** Records of all forms; addresses in a few regions so that some are moved. */
const record = fc.record({
  letter: fc.constantFrom('I', 'L', 'S', 'M'),
  region: fc.constantFrom(0x08000000n, 0xfe800000n, 0xfec00000n, 0xbfc00000n, 0x7ffc_0000_0000n),
  offset: fc.oneof(
    fc.integer({ min: 0, max: 0x3fffff }),
    fc.constantFrom(0, 0xffe, 0xfff, 0x3fffff),
  ),
  size: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 4096 })),
  capitals: fc.boolean(),
});

function render(
  records: readonly (typeof record extends fc.Arbitrary<infer R> ? R : never)[],
): string {
  return records
    .map(({ letter, region, offset, size, capitals }) => {
      const address = (region + BigInt(offset)).toString(16).padStart(8, '0');
      const head = letter === 'I' ? 'I  ' : ` ${letter} `;
      return `${head}${capitals ? address.toUpperCase() : address},${size}\n`;
    })
    .join('');
}

describe('any trace', () => {
  it('that is rendered and read again gives the same accesses, moved regions put back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 60 }), async (records) => {
        const text = render(records);
        const source = textSource(text);
        const batches = await readBatches(source, 8);
        const read = batches.flatMap((batch) => batch.accesses);
        expect(putBack(read, source.moved)).toEqual(readPlainly(text).accesses);
      }),
    );
  });

  it('has as many accesses as pages touched by each of its records', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (records) => {
        const expected = records
          .map(({ letter, offset, size }) => {
            const pages = ((offset + size - 1) >> 12) - (offset >> 12) + 1;
            return letter === 'M' ? 2 * pages : pages;
          })
          .reduce((sum, count) => sum + count, 0);
        expect((await readText(render(records))).accesses).toHaveLength(expected);
      }),
    );
  });
});
