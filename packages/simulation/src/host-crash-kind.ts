// SPDX-License-Identifier: GPL-2.0-or-later
import { TripleFault } from '@lguest-sim/cpu';
import { HostOops } from '@lguest-sim/mmu-host';
import { HostCrash } from '@lguest-sim/switcher';

/**
 * How the simulated host crashed, if that is what an error is about: what no guest may ever bring
 * about, and what the original has defects for. The same words for the same kind of crash, without
 * addresses and numbers.
 */
export function hostCrashKind(error: unknown): string | undefined {
  if (error instanceof HostOops) return error.kind;
  if (error instanceof TripleFault) return 'triple fault';
  if (error instanceof HostCrash) return `Switcher page not mapped at ${error.details.stage}`;
  return undefined;
}
