// SPDX-License-Identifier: GPL-2.0-or-later
import type { TraceHeader } from './trace-header.js';

const NUMBER = '(0|[1-9][0-9]{0,8})';
const guestPage = new RegExp(`^g${NUMBER}(?:\\.[1-9][0-9]{0,8})?$`);
const registersPage = new RegExp(`^regs${NUMBER}$`);
const statePage = new RegExp(`^cpu${NUMBER}\\.ro$`);

/** Name of the zero page that all untouched guest pages share when they are only read. */
export const ZERO_PAGE = 'zero';
/** Name of the Switcher's text page. */
export const SWITCHER_PAGE = 'switcher';

/** Name of the frame that a guest page was given at the `generation`th time, counted from 0. */
export function guestPageName(gpfn: number, generation: number): string {
  return generation === 0 ? `g${gpfn}` : `g${gpfn}.${generation}`;
}

/** Name of a virtual CPU's register page. */
export function registersPageName(vcpu: number): string {
  return `regs${vcpu}`;
}

/** Name of a host CPU's read-only state page. */
export function statePageName(hostCpu: number): string {
  return `cpu${hostCpu}.ro`;
}

/** Whether this is the name of a page that a machine with the given header can have. */
export function isPageName(name: string, header: TraceHeader): boolean {
  return (
    name === ZERO_PAGE ||
    name === SWITCHER_PAGE ||
    numberBelow(guestPage, name, header.guestPages) ||
    numberBelow(registersPage, name, header.vcpus) ||
    numberBelow(statePage, name, header.hostCpus)
  );
}

function numberBelow(shape: RegExp, name: string, limit: number): boolean {
  const match = shape.exec(name);
  return match !== null && Number(match[1]) < limit;
}
