// SPDX-License-Identifier: GPL-2.0-or-later
import {
  GDT_ENTRIES,
  GateType,
  Hypercall,
  IDT_ENTRIES,
  Selector,
  gateHigh,
  gateLow,
} from '@lguest-sim/abi';
import type { PagingFormat } from '@lguest-sim/x86';
import fc from 'fast-check';
import { HOSTILE_LAYOUT } from '../core/layout.js';
import {
  anyWord,
  entryHigh,
  entryLow,
  mappedAddress,
  mostly,
  selector,
  stackPointer,
  switcherAddress,
  table,
  topTable,
  topIndex,
  virtualAddress,
  word,
} from './values.js';

/** A hypercall's number and arguments. */
export interface GeneratedCall {
  readonly number: number;
  readonly args: number[];
}

/** Hypercalls whose arguments make some sense, any call with any arguments, and numbers of none. */
export function hypercalls(format: PagingFormat): fc.Arbitrary<GeneratedCall> {
  const index = topIndex(format);
  return mostly(
    fc.oneof(
      {
        weight: 6,
        arbitrary: call(Hypercall.setPte, topTable, mappedAddress, entryLow, entryHigh),
      },
      { weight: 5, arbitrary: call(Hypercall.setPgd, topTable, index) },
      { weight: 5, arbitrary: call(Hypercall.newPgtable, topTable) },
      { weight: 4, arbitrary: call(Hypercall.flushTlb, fc.constantFrom(0, 1)) },
      { weight: 4, arbitrary: setStack() },
      { weight: format.middle ? 3 : 0, arbitrary: call(Hypercall.setPmd, table, index) },
      { weight: 2, arbitrary: gateCall(goodVector) },
      { weight: 1, arbitrary: call(Hypercall.loadTls, table) },
      { weight: 1, arbitrary: call(Hypercall.ts, fc.constantFrom(0, 8)) },
      { weight: 1, arbitrary: call(Hypercall.setClockevent, nanoseconds()) },
      { weight: 1, arbitrary: call(Hypercall.notify, anyWord) },
      { weight: 1, arbitrary: call(Hypercall.flushAsync) },
      { weight: 1, arbitrary: call(Hypercall.sendInterrupts) },
    ),
    loadSegment(),
    gateCall(fc.oneof(goodVector, fc.nat({ max: IDT_ENTRIES }), word)),
    call(Hypercall.loadIdtEntry, goodVector, word, word),
    call(Hypercall.lguestInit, dataAddress()),
    call(Hypercall.halt),
    any(),
  );
}

const goodVector = fc.constantFrom(0, 3, 6, 7, 13, 14, 32, 128);

function call(number: number, ...args: fc.Arbitrary<number>[]): fc.Arbitrary<GeneratedCall> {
  return fc.tuple(...args).map((values) => ({ number, args: values }));
}

function setStack(): fc.Arbitrary<GeneratedCall> {
  const ss = mostly(fc.constant<number>(Selector.kernelData), selector);
  const pages = mostly(
    fc.constantFrom(0, 1, 2),
    fc.constantFrom(3, 1000),
    fc.constant(0xffffffff),
    word,
  );
  return call(Hypercall.setStack, ss, stackPointer, pages);
}

function gateCall(vector: fc.Arbitrary<number>): fc.Arbitrary<GeneratedCall> {
  const handler = mostly(fc.constant<number>(HOSTILE_LAYOUT.handlers), virtualAddress);
  const type = mostly(
    fc.constantFrom<number>(GateType.trap, GateType.interrupt),
    fc.nat({ max: 15 }),
  );
  return fc
    .tuple(vector, handler, type, fc.nat({ max: 3 }), selector)
    .map(([index, address, kind, privilege, code]) => ({
      number: Hypercall.loadIdtEntry,
      args: [index, gateLow(code, address) >>> 0, gateHigh(address, kind, privilege) >>> 0],
    }));
}

function loadSegment(): fc.Arbitrary<GeneratedCall> {
  const entry = fc.oneof(fc.nat({ max: GDT_ENTRIES }), word);
  return call(Hypercall.loadGdtEntry, entry, word, word);
}

function dataAddress(): fc.Arbitrary<number> {
  return fc.oneof(fc.constant(HOSTILE_LAYOUT.data), virtualAddress, table, switcherAddress);
}

function nanoseconds(): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(0, 1, 100, 5000, 0xffffffff), fc.nat({ max: 100_000 }));
}

function any(): fc.Arbitrary<GeneratedCall> {
  const number = fc.oneof(fc.nat({ max: 24 }), word);
  return fc
    .tuple(number, fc.array(anyWord, { maxLength: 4 }))
    .map(([which, args]) => ({ number: which, args }));
}
