// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fields, JsonObject } from './fields.js';
import { launcherStates, type Operation, type OperationName } from './operation.js';
import type { TraceHeader } from './trace-header.js';

/** What kind of value an operation returns; `none` has no `ret`. */
export type ReturnKind = 'none' | 'boolean' | 'status' | 'address';

/** How one operation is read. */
export interface OperationShape {
  readonly returns: ReturnKind;
  /** Its keys, `op` and `r` among them. */
  readonly keys: ReadonlySet<string>;
  readonly read: (fields: Fields, object: JsonObject, header: TraceHeader) => Operation;
}

function shape(
  returns: ReturnKind,
  keys: readonly string[],
  read: OperationShape['read'],
): OperationShape {
  return { returns, keys: new Set(['op', ...keys, 'r']), read };
}

function vcpu(f: Fields, o: JsonObject, header: TraceHeader): number {
  return f.below(o.vcpu, header.vcpus, 'vcpu');
}

function random(f: Fields, o: JsonObject): readonly number[] {
  return f.list(o.rand, 'rand').map((value) => f.integer(value, 'rand'));
}

function writeSize(f: Fields, o: JsonObject): 4 | 8 {
  return f.oneOf(o.size, [4, 8] as const, 'size');
}

const shapes: Readonly<Record<OperationName, OperationShape>> = {
  initGuestPagetable: shape('status', ['rand'], (f, o) => ({
    op: 'initGuestPagetable',
    rand: random(f, o),
  })),
  guestDataInit: shape('none', ['vcpu', 'gpa'], (f, o, header) => ({
    op: 'guestDataInit',
    vcpu: vcpu(f, o, header),
    gpa: f.address(o.gpa, 'gpa'),
  })),
  demandPage: shape('boolean', ['vcpu', 'vaddr', 'errcode'], (f, o, header) => ({
    op: 'demandPage',
    vcpu: vcpu(f, o, header),
    vaddr: f.address(o.vaddr, 'vaddr'),
    errcode: f.integer(o.errcode, 'errcode'),
  })),
  pinPage: shape('none', ['vcpu', 'vaddr'], (f, o, header) => ({
    op: 'pinPage',
    vcpu: vcpu(f, o, header),
    vaddr: f.address(o.vaddr, 'vaddr'),
  })),
  setStack: shape('none', ['vcpu', 'esp', 'ss', 'pages'], (f, o, header) => ({
    op: 'setStack',
    vcpu: vcpu(f, o, header),
    esp: f.address(o.esp, 'esp'),
    ss: f.address(o.ss, 'ss'),
    pages: f.integer(o.pages, 'pages'),
  })),
  newPagetable: shape('none', ['vcpu', 'pgtable', 'rand'], (f, o, header) => ({
    op: 'newPagetable',
    vcpu: vcpu(f, o, header),
    pgtable: f.address(o.pgtable, 'pgtable'),
    rand: random(f, o),
  })),
  setPte: shape('none', ['vcpu', 'gpgdir', 'vaddr', 'pte'], (f, o, header) => ({
    op: 'setPte',
    vcpu: vcpu(f, o, header),
    gpgdir: f.address(o.gpgdir, 'gpgdir'),
    vaddr: f.address(o.vaddr, 'vaddr'),
    pte: f.word(o.pte, header.pae ? 64 : 32, 'pte'),
  })),
  setPgd: shape('none', ['gpgdir', 'idx'], (f, o) => ({
    op: 'setPgd',
    gpgdir: f.address(o.gpgdir, 'gpgdir'),
    idx: f.integer(o.idx, 'idx'),
  })),
  setPmd: shape('none', ['pmdp', 'idx'], (f, o, header) => {
    if (!header.pae) f.fail('op', 'setPmd', 'no such operation on two-level tables');
    return { op: 'setPmd', pmdp: f.address(o.pmdp, 'pmdp'), idx: f.integer(o.idx, 'idx') };
  }),
  flushUser: shape('none', ['vcpu'], (f, o, header) => ({
    op: 'flushUser',
    vcpu: vcpu(f, o, header),
  })),
  clearAll: shape('none', ['vcpu'], (f, o, header) => ({
    op: 'clearAll',
    vcpu: vcpu(f, o, header),
  })),
  guestPa: shape('address', ['vcpu', 'vaddr'], (f, o, header) => ({
    op: 'guestPa',
    vcpu: vcpu(f, o, header),
    vaddr: f.address(o.vaddr, 'vaddr'),
  })),
  mapSwitcher: shape('none', ['vcpu', 'hostCpu'], (f, o, header) => ({
    op: 'mapSwitcher',
    vcpu: vcpu(f, o, header),
    hostCpu: f.below(o.hostCpu, header.hostCpus, 'hostCpu'),
  })),
  guestWrite: shape('boolean', ['gpa', 'size', 'value'], (f, o) => {
    const size = writeSize(f, o);
    const value = f.word(o.value, size * 8, 'value');
    return { op: 'guestWrite', gpa: f.address(o.gpa, 'gpa'), size, value };
  }),
  guestWriteRun: shape('boolean', ['gpa', 'size', 'count', 'first', 'step'], (f, o) => {
    const size = writeSize(f, o);
    return {
      op: 'guestWriteRun',
      gpa: f.address(o.gpa, 'gpa'),
      size,
      count: f.integer(o.count, 'count'),
      first: f.word(o.first, size * 8, 'first'),
      step: f.word(o.step, size * 8, 'step'),
    };
  }),
  launcher: shape('none', ['gpfn', 'count', 'state'], (f, o, header) => {
    const gpfn = f.below(o.gpfn, header.guestPages, 'gpfn');
    const count = f.between(o.count, 0, header.guestPages - gpfn, 'count');
    return { op: 'launcher', gpfn, count, state: f.oneOf(o.state, launcherStates, 'state') };
  }),
  hostPageLimit: shape('none', ['n'], (f, o) => ({
    op: 'hostPageLimit',
    n: f.integerOrNull(o.n, 'n'),
  })),
  free: shape('none', [], () => ({ op: 'free' })),
};

const shapeByName = new Map<unknown, OperationShape>(Object.entries(shapes));

/**
 * Finds how to read an operation by its `op`.
 * @throws ConformanceError if there is no such operation
 */
export function operationShape(fields: Fields, op: unknown): OperationShape {
  return shapeByName.get(op) ?? fields.fail('op', op, Object.keys(shapes).join(', '));
}
