// SPDX-License-Identifier: GPL-2.0-or-later
import { Flag, PageFaultError } from '@lguest-sim/x86';
import type { Scene, TableEntry } from './scene.js';
import type { Check } from './story.js';
import { pfn, word } from './words.js';

const RIGHTS = PageFaultError.write | PageFaultError.user;
const LEAF_HIGH_PAGE_BITS = 0xfff;

/** What checking a fault comes to. */
export interface Verdict {
  readonly checks: readonly Check[];
  /** `fixed`: the shadow MMU maps the page. `guest`: the fault is the guest's own. `kill`: the entry may not be. */
  readonly outcome: 'fixed' | 'guest' | 'kill';
}

/**
 * Makes the checks that the shadow MMU is about to make for a fault (`demand_page`), on the same bytes
 * and in the same order, up to the first that fails. It is told here and not there, so that a fault
 * that nobody asks about costs nothing.
 */
export function checkFault(scene: Scene, vaddr: number, errorCode: number): Verdict {
  const checks: Check[] = [];
  const { layout, format } = scene.parts.host;
  const insist = (passed: boolean, what: string): boolean => {
    checks.push({ kind: 'check', what, passed });
    return passed;
  };
  const below = `${word(vaddr)} is below the Switcher at ${word(layout.address)}`;
  if (!insist(vaddr < layout.address, below)) return { checks, outcome: 'guest' };
  if (scene.vcpu.linear) return checkLinear(scene, vaddr, checks, insist);
  for (const entry of scene.guestWalk(vaddr)) {
    const outcome =
      entry.level === format.leaf
        ? checkLeaf(scene, entry, errorCode, insist)
        : checkDirectory(scene, entry, errorCode, insist);
    if (outcome !== 'fixed') return { checks, outcome };
  }
  return { checks, outcome: 'fixed' };
}

type Insist = (passed: boolean, what: string) => boolean;

/** Before the guest has tables, every address is taken for a guest-physical one. */
function checkLinear(scene: Scene, vaddr: number, checks: Check[], insist: Insist): Verdict {
  checks.push({
    kind: 'check',
    what: 'the guest has no tables yet: its virtual addresses are physical ones, writable, for the kernel only',
    passed: true,
  });
  const isIn = checkPage(scene, vaddr >>> 12, insist);
  return { checks, outcome: isIn ? 'fixed' : 'kill' };
}

function checkDirectory(
  scene: Scene,
  { level, index, low, high, present }: TableEntry,
  errorCode: number,
  insist: Insist,
): Verdict['outcome'] {
  const name = `guest ${level.name}[${index}]`;
  if (!insist(present, `${name} is present`)) return 'guest';
  const flags = low & 0xfff;
  const allowed = `${name} has no flags but those in 0x${level.tableFlags.toString(16)}: 0x${flags.toString(16)}`;
  if (!insist((flags & ~level.tableFlags) === 0, allowed)) return 'kill';
  if (high !== 0 && !insist(false, `${name} has no bit above 31 set: ${word(high)}`)) return 'kill';
  if (!checkPage(scene, low >>> 12, insist)) return 'kill';
  if (scene.parts.config.fidelity === 'original' || !level.hasRights) return 'fixed';
  return checkRights(name, low, errorCode, insist) ? 'fixed' : 'guest';
}

function checkLeaf(
  scene: Scene,
  { level, index, low, high, present }: TableEntry,
  errorCode: number,
  insist: Insist,
): Verdict['outcome'] {
  const name = `guest ${level.name}[${index}]`;
  if (!insist(present, `${name} is present`)) return 'guest';
  if (!checkRights(name, low, errorCode, insist)) return 'guest';
  if (!insist((low & Flag.pageSize) === 0, `${name} is no large page: bit 7 is clear`))
    return 'kill';
  const above = high & LEAF_HIGH_PAGE_BITS;
  if (above !== 0 && !insist(false, `${name} points below 4 GiB: ${word(high)} above`))
    return 'kill';
  return checkPage(scene, low >>> 12, insist) ? 'fixed' : 'kill';
}

function checkRights(name: string, low: number, errorCode: number, insist: Insist): boolean {
  const wanted = errorCode & RIGHTS;
  const write = (wanted & PageFaultError.write) !== 0;
  const user = (wanted & PageFaultError.user) !== 0;
  if (write && !insist((low & Flag.writable) !== 0, `${name} has RW, for the write`)) return false;
  return !user || insist((low & Flag.user) !== 0, `${name} has USER, for ring 3`);
}

function checkPage(scene: Scene, page: number, insist: Insist): boolean {
  const { pageLimit } = scene.machine.memory;
  const passed = page < pageLimit;
  const relation = passed ? 'is' : 'is not';
  return insist(passed, `pfn ${pfn(page)} ${relation} below pfn_limit ${pfn(pageLimit)}`);
}
