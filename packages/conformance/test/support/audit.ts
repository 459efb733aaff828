// SPDX-License-Identifier: GPL-2.0-or-later
import { registersAddress, stateAddress, switcherLayout } from '@lguest-sim/abi';
import { Flag, PAGE_SIZE } from '@lguest-sim/x86';
import type { ConformanceMachine, Operation, StepResult } from '../../src/index.js';
import { formatOf, leaves, walk, type Leaf } from './shadow.js';

/**
 * Holds a machine against the assertions of the contract (facts sheet, section 9) that can be seen
 * from outside, after every operation, and notes the numbers of those that do not hold.
 */
export class Audit {
  /** Numbers of the assertions that were broken at some time. */
  readonly broken = new Set<number>();
  private readonly machine: ConformanceMachine;
  /** Last argument of NEW_PGTABLE, by vCPU. */
  private readonly tables = new Map<number, number>();
  /** vCPUs that have said where their stack is. */
  private readonly withStack = new Set<number>();

  constructor(machine: ConformanceMachine) {
    this.machine = machine;
  }

  /** Looks at the machine after an operation that did not crash the host. */
  check(operation: Operation, result: StepResult): void {
    if (operation.op === 'free') {
      this.expect(7, result.leaks === undefined);
      this.expect(20, this.machine.hostPages === 0);
      return;
    }
    if (operation.op === 'initGuestPagetable' && result.ret !== 0) {
      this.expect(20, this.machine.hostPages === 0);
      return;
    }
    this.checkOperation(operation, result);
    this.checkState();
  }

  private expect(assertion: number, holds: boolean): void {
    if (!holds) this.broken.add(assertion);
  }

  private checkOperation(operation: Operation, result: StepResult): void {
    const { machine } = this;
    switch (operation.op) {
      case 'demandPage':
        if (result.ret === true && machine.killed === undefined) this.checkFault(operation);
        break;
      case 'mapSwitcher':
        if (machine.killed === undefined) this.checkEntry(operation.vcpu, operation.hostCpu);
        break;
      case 'setPgd': {
        const inBounds = operation.idx < formatOf(machine).top.entries;
        this.expect(14, inBounds || machine.killed !== undefined);
        break;
      }
      case 'setStack':
        this.withStack.add(operation.vcpu);
        break;
      case 'newPagetable':
        this.tables.set(operation.vcpu, operation.pgtable);
        break;
      default:
    }
  }

  /** 22: an access whose fault was fixed goes through. */
  private checkFault(fault: Extract<Operation, { op: 'demandPage' }>): void {
    const { slot } = this.machine.mmu.vcpu(fault.vcpu);
    const wanted = fault.errcode & (Flag.writable | Flag.user);
    this.expect(22, (walk(this.machine, slot, fault.vaddr).rights & wanted) === wanted);
  }

  /** 1, 4 and 26: what must be mapped when a vCPU is entered on a host CPU, and what must not. */
  private checkEntry(vcpu: number, hostCpu: number): void {
    const { mmu, header } = this.machine;
    const { slot, esp } = mmu.vcpu(vcpu);
    const layout = switcherLayout(header.hostCpus, header.switcherAddr);
    this.expect(4, mmu.slots[slot]!.lastHostCpu === hostCpu);
    for (let cpu = 0; cpu < header.hostCpus; cpu++) {
      const registers = this.pageAt(slot, registersAddress(layout, cpu));
      const state = this.pageAt(slot, stateAddress(layout, cpu));
      if (cpu === hostCpu) this.expect(1, registers === `regs${vcpu}`);
      this.expect(4, state === (cpu === hostCpu ? `cpu${cpu}.ro` : undefined));
      this.expect(4, (registers === undefined) === (cpu !== hostCpu));
    }
    for (let page = 0; this.withStack.has(vcpu) && page < mmu.stackPages; page++) {
      const { rights } = walk(this.machine, slot, (esp - 1 - page * PAGE_SIZE) >>> 0);
      this.expect(26, (rights & Flag.writable) !== 0);
    }
  }

  private pageAt(slot: number, vaddr: number): string | undefined {
    const { leaf } = walk(this.machine, slot, vaddr);
    return leaf === undefined ? undefined : this.machine.nameOf(leaf.pfn);
  }

  private checkState(): void {
    const { machine } = this;
    const { mmu, header } = machine;
    this.expect(7, machine.miscounted().length === 0);
    this.expect(13, mmu.kernelAddress < header.switcherAddr);
    mmu.slots.forEach((view, slot) => {
      if (!view.allocated) return;
      this.checkSwitcher(slot, view.switcherMapped);
      for (const leaf of leaves(machine, slot)) this.checkLeaf(leaf);
    });
    this.checkSlotsOfVcpus();
  }

  /** 5 and 17: the Switcher's path, where a slot is said to have it, is all there and writable. */
  private checkSwitcher(slot: number, mapped: boolean): void {
    const { hostCpus, switcherAddr } = this.machine.header;
    const { totalPages } = switcherLayout(hostCpus, switcherAddr);
    let complete = this.pageAt(slot, switcherAddr) === 'switcher';
    for (let page = 0; page < totalPages; page++) {
      const vaddr = switcherAddr + page * PAGE_SIZE;
      const { path, leaf, rights } = walk(this.machine, slot, vaddr);
      complete &&= path;
      const mustBeWritable = leaf !== undefined && (leaf.flags & Flag.writable) !== 0;
      this.expect(5, !mustBeWritable || (rights & Flag.writable) !== 0);
      this.expect(5, path || !mapped);
    }
    this.expect(17, complete === mapped);
  }

  /** 2, 3, 8, 10 and 21: what a leaf maps where, and with which flags. */
  private checkLeaf({ vaddr, pfn, flags }: Leaf): void {
    const page = this.machine.nameOf(pfn);
    const isGuestPage = /^(?:g\d|zero)/.test(page);
    this.expect(2, isGuestPage === vaddr < this.machine.header.switcherAddr);
    if (isGuestPage) {
      this.expect(8, page !== 'zero' || (flags & Flag.writable) === 0);
      this.expect(10, (flags & (Flag.pageSize | Flag.global)) === 0);
      this.expect(21, (flags & Flag.accessed) !== 0);
    } else {
      this.expect(3, (flags & Flag.user) === 0);
      this.expect(3, ((flags & Flag.writable) !== 0) === page.startsWith('regs'));
    }
  }

  /** 24: a guest table has one slot, and the slot of a vCPU shadows the table that it chose. */
  private checkSlotsOfVcpus(): void {
    const { mmu } = this.machine;
    const used = mmu.slots.filter((slot) => slot.allocated);
    this.expect(24, new Set(used.map((slot) => slot.gpgdir)).size === used.length);
    for (const [vcpu, table] of this.tables) {
      this.expect(24, mmu.slots[mmu.vcpu(vcpu).slot]!.gpgdir === table);
    }
  }
}
