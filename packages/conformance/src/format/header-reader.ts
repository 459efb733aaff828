// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fields, JsonObject } from './fields.js';
import { MAX_VCPUS, SLOTS, TRACE_FORMAT, type TraceHeader } from './trace-header.js';

/** Pages in 4 GiB: no 32-bit guest has more. */
const MAX_PAGES = 2 ** 20;

const PAGE_BYTES = 4096;

/** More host CPUs than Linux lets a 32-bit kernel have; keeps a wild number from eating memory. */
const MAX_HOST_CPUS = 512;

/**
 * Checks a header. Keys that the format does not know are left alone here, as some of those it does
 * know are for information only.
 *
 * @throws ConformanceError if a field is missing or does not fit
 */
export function readHeader(fields: Fields, object: JsonObject): TraceHeader {
  const { format, profile, seed } = object;
  if (format !== TRACE_FORMAT) fields.fail('format', format, JSON.stringify(TRACE_FORMAT));
  fields.oneOf(object.pgdirSlots, [SLOTS], 'pgdirSlots');
  const hostCpus = fields.between(object.hostCpus, 1, MAX_HOST_CPUS, 'hostCpus');
  return {
    pae: fields.boolean(object.pae, 'pae'),
    guestPages: fields.between(object.guestPages, 1, MAX_PAGES - 1, 'guestPages'),
    hostCpus,
    vcpus: fields.between(object.vcpus, 1, MAX_VCPUS, 'vcpus'),
    kernelAddress: fields.address(object.kernelAddress, 'kernelAddress'),
    switcherAddr: readSwitcherAddress(fields, object.switcherAddr, hostCpus),
    memBase: fields.address(object.memBase, 'memBase'),
    hostPageLimit: fields.integerOrNull(object.hostPageLimit, 'hostPageLimit'),
    profile: profile === undefined ? undefined : fields.text(profile, 'profile'),
    seed: seed === undefined ? undefined : fields.integer(seed, 'seed'),
  };
}

/** The Switcher starts on a page and ends below 4 GiB. */
function readSwitcherAddress(fields: Fields, value: unknown, hostCpus: number): number {
  const address = fields.address(value, 'switcherAddr');
  const pages = 1 + 2 * hostCpus;
  if (address % PAGE_BYTES !== 0 || address + pages * PAGE_BYTES > 2 ** 32) {
    fields.fail('switcherAddr', value, `a page with room for ${pages} pages below 4 GiB`);
  }
  return address;
}
