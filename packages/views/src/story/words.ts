// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, NO_EXECUTE_HIGH, PageFaultError, type PagingFormat } from '@lguest-sim/x86';

/** A 32-bit number as eight hexadecimal digits. */
export function word(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}

/** A page number. */
export function pfn(value: number): string {
  return `0x${value.toString(16)}`;
}

/** An entry: eight digits on two-level paging, sixteen under PAE. */
export function entry(format: PagingFormat, low: number, high: number): string {
  const digits = (low >>> 0).toString(16).padStart(8, '0');
  if (format.entryBytes === 4) return `0x${digits}`;
  return `0x${(high >>> 0).toString(16).padStart(8, '0')}${digits}`;
}

const flagNames: readonly (readonly [flag: number, name: string])[] = [
  [Flag.present, 'P'],
  [Flag.writable, 'RW'],
  [Flag.user, 'USER'],
  [Flag.writeThrough, 'PWT'],
  [Flag.cacheDisable, 'PCD'],
  [Flag.accessed, 'A'],
  [Flag.dirty, 'D'],
  [Flag.pageSize, 'PS'],
  [Flag.global, 'G'],
];

/** An entry's flags by their names, and where it points to. */
export function entryWords(low: number, high: number): string {
  if (low === 0 && high === 0) return 'empty';
  const names = flagNames.filter(([flag]) => (low & flag) !== 0).map(([, name]) => name);
  if ((high & NO_EXECUTE_HIGH) !== 0) names.push('NX');
  const present = (low & Flag.present) !== 0 ? '' : 'not present; ';
  const number = (high & 0xfff) * 2 ** 20 + (low >>> 12);
  return `${present}pfn ${pfn(number)}${names.length > 0 ? `, ${names.join(' ')}` : ''}`;
}

const errorBits: readonly (readonly [bit: number, name: string, set: string, clear: string])[] = [
  [PageFaultError.protection, 'P', 'a right was missing', 'an entry was not present'],
  [PageFaultError.write, 'W', 'a write', 'a read'],
  [PageFaultError.user, 'U', 'in ring 3', 'below ring 3'],
  [PageFaultError.reservedBit, 'RSVD', 'a reserved bit was set', 'no reserved bit'],
  [PageFaultError.instructionFetch, 'I', 'an instruction fetch', 'no instruction fetch'],
];

/** A page fault's error code, bit by bit, lowest first. */
export function errorCodeWords(errorCode: number): string {
  return errorBits
    .map(([bit, name, set, clear]) => {
      const isSet = (errorCode & bit) !== 0;
      return `${name}=${isSet ? 1 : 0} ${isSet ? set : clear}`;
    })
    .join(', ');
}

/** `writes`, `reads` or `fetches`, as the error code has it. */
export function accessWord(errorCode: number): string {
  if ((errorCode & PageFaultError.instructionFetch) !== 0) return 'fetches from';
  return (errorCode & PageFaultError.write) !== 0 ? 'writes' : 'reads';
}
