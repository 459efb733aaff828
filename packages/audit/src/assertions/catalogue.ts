// SPDX-License-Identifier: GPL-2.0-or-later
import {
  deadNotEntered,
  deathIsFinal,
  entryIsUndisturbed,
  kernelAddressIsFixed,
  oneSlotForATable,
  stackIsPinned,
  stackIsWritable,
  tlbFollowsTables,
} from './guests.js';
import { leafAssertions } from './leaves.js';
import { changeAssertions, fixedFaultIsFixed, messageAssertions } from './messages.js';
import { newLeafAssertions } from './new-leaves.js';
import { directoryFlags, onlyThisCpuMapped, switcherMappedIsTrue, switcherPath } from './paths.js';
import { holdsAreLeaves, tableHangsOnce, tablesAreBounded } from './references.js';
import { ringsAreKept, statePageIsTheVcpus } from './state-pages.js';

/** An assertion's name and its number in the contract. */
export interface ContractEntry {
  /** Name of the assertion, as violations have it. */
  readonly name: string;
  /** Its number in the contract (facts sheet, section 9). */
  readonly contract: number;
}

/** Every assertion there is, in the order of the contract. */
export const catalogue: readonly ContractEntry[] = [
  ...leafAssertions,
  ...newLeafAssertions,
  ...changeAssertions,
  ...messageAssertions,
  deadNotEntered,
  deathIsFinal,
  directoryFlags,
  entryIsUndisturbed,
  fixedFaultIsFixed,
  holdsAreLeaves,
  kernelAddressIsFixed,
  oneSlotForATable,
  onlyThisCpuMapped,
  ringsAreKept,
  stackIsPinned,
  stackIsWritable,
  statePageIsTheVcpus,
  switcherMappedIsTrue,
  switcherPath,
  tableHangsOnce,
  tablesAreBounded,
  tlbFollowsTables,
]
  .map(({ name, contract }) => ({ name, contract }))
  .sort((a, b) => a.contract - b.contract || (a.name < b.name ? -1 : 1));
