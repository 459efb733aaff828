// SPDX-License-Identifier: GPL-2.0-or-later
import type { Violation } from '@lguest-sim/audit';
import type { SimulationConfig } from './config.js';
import { planGuests } from './guest-groups.js';

/**
 * What a guest that is no honest kernel can do to itself and to nobody else: take its stack away, or
 * have it where the host tells it of faults, so that the frame of one covers its address.
 */
const OWN_HARM: readonly string[] = ['stack-is-writable', 'fault-address-is-told'];

/**
 * What an honest guest meets on a host with the original's defects, whoever is beside it (R11): it
 * would hide what the other brings about.
 */
const HONEST_HARM: readonly string[] = ['stack-is-writable', 'stack-is-pinned'];

/**
 * Which violations are not the host's fault: none where all guests run the guest kernel. Whatever
 * concerns another guest or the host is never among them.
 */
export function ownHarm(config: SimulationConfig): (violation: Violation) => boolean {
  const isOwn = planGuests(config).map(({ program }) => program !== undefined);
  if (!isOwn.includes(true)) return () => false;
  const ofHonest = config.fidelity === 'original' ? HONEST_HARM : [];
  return ({ assertion, guest }) =>
    (isOwn[guest] === true ? OWN_HARM : ofHonest).includes(assertion);
}
