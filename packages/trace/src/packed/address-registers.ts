// SPDX-License-Identifier: GPL-2.0-or-later
import { REGISTERS } from './op-codes.js';
import { UNSET } from './prediction.js';

/** What fits in the 12 bits beside a register's number. */
const LEAST = -2048;
const MOST = 2047;

/** The writer's side of the address registers: it chooses which one an access uses and sets. */
export class AddressRegisters {
  readonly #addresses = new Int32Array(REGISTERS);
  readonly #lastUse = new Int32Array(REGISTERS);
  #uses = 0;

  /** To be called at the start of a block. */
  clear(): void {
    this.#addresses.fill(UNSET);
    this.#lastUse.fill(0);
    this.#uses = 0;
  }

  /** The register nearest to an address, if it can be told from there; or -1. */
  nearest(address: number): number {
    let best = -1;
    let least = Infinity;
    for (let register = 0; register < REGISTERS; register++) {
      const distance = address - this.#addresses[register]!;
      const reaches = distance >= LEAST && distance <= MOST;
      if (!reaches || !sameRegion(address, this.#addresses[register]!)) continue;
      if (Math.abs(distance) >= least) continue;
      least = Math.abs(distance);
      best = register;
    }
    return best;
  }

  /** The register that was not used for longest. */
  oldest(): number {
    let oldest = 0;
    for (let register = 1; register < REGISTERS; register++) {
      if (this.#lastUse[register]! < this.#lastUse[oldest]!) oldest = register;
    }
    return oldest;
  }

  /** Sets a register, and returns how far that is from what it was. */
  set(register: number, address: number): number {
    const distance = address - this.#addresses[register]!;
    this.#addresses[register] = address;
    this.#lastUse[register] = ++this.#uses;
    return distance;
  }
}

/** Whether two addresses are in one region of 4 MiB. */
export function sameRegion(one: number, other: number): boolean {
  return (one ^ other) >>> 22 === 0;
}
