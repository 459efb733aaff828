// SPDX-License-Identifier: GPL-2.0-or-later
import type { SwitcherFrames } from '@lguest-sim/mmu-host';
import { FrameOwner, NO_FRAME, type HostMemory, type Pfn } from '@lguest-sim/x86';
import { registersPageName, statePageName, SWITCHER_PAGE, ZERO_PAGE } from '../format/page-name.js';
import type { TraceHeader } from '../format/trace-header.js';
import type { NamedFrames } from './named-frames.js';

/** First ranks of the kinds of page, above every guest page's. */
export const Rank = {
  zero: 2 ** 40,
  switcher: 2 ** 41,
  registers: 2 ** 42,
  state: 2 ** 43,
} as const;

/** Takes and names the pages that are there before the guest is: the Switcher's and the zero page. */
export function switcherFrames(
  host: HostMemory,
  header: TraceHeader,
  frames: NamedFrames,
): SwitcherFrames {
  const take = (owner: FrameOwner, name: string, rank: number): Pfn => {
    const pfn = host.allocate(owner);
    if (pfn === NO_FRAME) throw new RangeError(`no frame left for ${name}`);
    frames.add(pfn, name, rank);
    return pfn;
  };
  frames.add(host.zeroPage, ZERO_PAGE, Rank.zero);
  const text = take(FrameOwner.switcher, SWITCHER_PAGE, Rank.switcher);
  const registers = Array.from({ length: header.vcpus }, (_, vcpu) =>
    take(FrameOwner.registers, registersPageName(vcpu), Rank.registers + vcpu),
  );
  const states = Array.from({ length: header.hostCpus }, (_, cpu) =>
    take(FrameOwner.switcher, statePageName(cpu), Rank.state + cpu),
  );
  return { text, registers: (vcpu) => registers[vcpu]!, state: (cpu) => states[cpu]! };
}
