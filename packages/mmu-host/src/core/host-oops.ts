// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * What would have crashed the host in the original. Thrown with `fidelity: 'original'` only; the
 * shadow MMU must not be used afterwards.
 */
export class HostOops extends Error {
  /** `NULL dereference`, `BUG_ON <function>`, `out of bounds` or `soft lockup <function>`. */
  readonly kind: string;

  constructor(kind: string) {
    super(`the original crashes the host here: ${kind}`);
    this.name = 'HostOops';
    this.kind = kind;
  }
}
