// SPDX-License-Identifier: GPL-2.0-or-later

/** Whether the run loop behaves as the original does, defects included, or mended. */
export type Fidelity = 'original' | 'mended';

/** The original's defects that lie in the run loop: true where one is to be shown. */
export interface RunLoopDefects {
  /** R9: trap 128 that arrives at the host is swallowed as if it were a device's interrupt. */
  readonly swallowsSystemCalls: boolean;
  /** R17: an access that ends exactly at the last byte of guest memory is refused. */
  readonly refusesLastByte: boolean;
  /** R18: `irq_pending` is never cleared, so the guest asks for interrupts that are not there. */
  readonly keepsPendingFlag: boolean;
}

/** Source: facts sheet, section 10. */
export function defectsOf(fidelity: Fidelity): RunLoopDefects {
  const original = fidelity === 'original';
  return {
    swallowsSystemCalls: original,
    refusesLastByte: original,
    keepsPendingFlag: original,
  };
}
