// SPDX-License-Identifier: GPL-2.0-or-later
import { lineReader } from '../../src/index.js';
import type { TracedKind } from '../../src/index.js';

const KINDS: Readonly<Record<string, TracedKind>> = { x: 'fetch', r: 'load', w: 'store' };

/**
 * Traces as tables: a head line, then `x,0x8048000,4` for a fetch, r for a load, w for a store;
 * `brk,ADDRESS`, `fork,CHILD` and `process,PID,PARENT` beside them.
 */
export const csvReader = lineReader({
  name: 'csv',
  matches: (first) => first === 'kind,address,size',
  open: (sink) => (text, line) => {
    if (line === 1) return;
    const [what = '', address = '', size = ''] = text.split(',');
    const kind = KINDS[what];
    if (kind !== undefined && /^0x[0-9a-f]+$/.test(address)) {
      sink.access(kind, BigInt(address), Number(size));
    } else if (what === 'brk') {
      sink.systemCall({
        number: 45,
        name: 'brk',
        args: [Number(address)],
        result: Number(address),
      });
    } else if (what === 'fork') {
      const child = Number(address);
      sink.systemCall({ number: 120, name: 'clone', args: [0, 0], result: child, child });
    } else if (what === 'process') {
      sink.process(Number(address), size === '' ? undefined : Number(size));
    } else {
      throw sink.error(`expected KIND,ADDRESS,SIZE, found ${JSON.stringify(text)}`, line);
    }
  },
});
