// SPDX-License-Identifier: GPL-2.0-or-later
import type { KernelSnapshot } from '../../src/core/snapshot.js';
import type { GuestKernel } from '../../src/index.js';

/** All of a kernel's snapshot, of which others are told a part. */
export function snapshotOf(kernel: GuestKernel): KernelSnapshot {
  return kernel.snapshot() as KernelSnapshot;
}
