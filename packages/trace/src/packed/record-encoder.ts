// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind } from '../access-batch.js';
import { AddressRegisters, sameRegion } from './address-registers.js';
import { MAX_RECORDS, MAX_REGIONS } from './format.js';
import { DataMode, FetchMode, KIND_SHIFT, isEscaped, sizeCode } from './op-codes.js';
import { PLACE_STEP, PREDICTIONS, PREDICTION_MASK, UNSET, placeAfterFetch } from './prediction.js';

/** An op, a size, an absolute address and a register. */
const MAX_RECORD_BYTES = 8;

const REGION_SHIFT = 22;
const OFFSET_MASK = 0x3fffff;
const REGIONS_IN_32_BITS = 1024;

/** Encodes the records of one block, and then of the next. */
export class RecordEncoder {
  /** Records since `clear`. */
  records = 0;
  readonly #bytes = new Uint8Array(MAX_RECORDS * MAX_RECORD_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #regions = new Map<number, number>();
  readonly #predictions = new Int32Array(PREDICTIONS);
  readonly #registers = new AddressRegisters();
  #end = 0;
  #sequential = UNSET;
  #place = 0;

  constructor() {
    this.clear();
  }

  /** Region numbers (address / 4 MiB) in the order of first use. */
  get regions(): Iterable<number> {
    return this.#regions.keys();
  }

  get regionCount(): number {
    return this.#regions.size;
  }

  /** The encoded records; overwritten by what follows `clear`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /** Starts a block, which knows nothing of the one before. */
  clear(): void {
    this.records = 0;
    this.#end = 0;
    this.#sequential = UNSET;
    this.#place = 0;
    this.#regions.clear();
    this.#registers.clear();
    this.#predictions.fill(UNSET);
  }

  /**
   * Encodes a record.
   *
   * @param kind AccessKind or MODIFY.
   * @param high bits 32 to 63 of the traced address, unsigned.
   * @param low its bits 0 to 31, unsigned.
   * @param size 1 to 4096.
   * @returns false, and nothing is done, if the block has no room for it.
   */
  add(kind: number, high: number, low: number, size: number): boolean {
    if (this.records === MAX_RECORDS) return false;
    const region = this.#indexOf(high * REGIONS_IN_32_BITS + (low >>> REGION_SHIFT));
    if (region < 0) return false;
    const address = (region << REGION_SHIFT) | (low & OFFSET_MASK);
    const op = (kind << KIND_SHIFT) | sizeCode(kind, size);
    if (kind === AccessKind.fetch) this.#addFetch(op, address, size);
    else this.#addData(op, address, size);
    this.records++;
    return true;
  }

  /** A region's number in this block, or -1 if it has too many. */
  #indexOf(region: number): number {
    const known = this.#regions.get(region);
    if (known !== undefined) return known;
    const index = this.#regions.size;
    if (index === MAX_REGIONS) return -1;
    this.#regions.set(region, index);
    return index;
  }

  #addFetch(op: number, address: number, size: number): void {
    const before = this.#sequential;
    if (address === before) this.#putOp(op | FetchMode.sequential, size);
    else {
      if (address === this.#predictions[this.#place]) this.#putOp(op | FetchMode.predicted, size);
      else if (sameRegion(address, before) && isInt16(address - before)) {
        this.#putOp(op | FetchMode.near, size);
        this.#putInt16(address - before);
      } else {
        this.#putOp(op | FetchMode.absolute, size);
        this.#putInt32(address);
      }
      this.#predictions[this.#place] = address;
    }
    const next = address + size;
    this.#sequential = sameRegion(address, next) ? next : UNSET;
    this.#place = placeAfterFetch(address);
  }

  #addData(op: number, address: number, size: number): void {
    const predicted = this.#predictions[this.#place]!;
    const distance = address - predicted;
    if (distance === 0) this.#putOp(op | DataMode.predicted, size);
    else if (sameRegion(address, predicted) && distance >= -128 && distance <= 127) {
      this.#putOp(op | DataMode.close, size);
      this.#bytes[this.#end++] = distance;
    } else this.#addByRegister(op, address, size);
    this.#predictions[this.#place] = address;
    this.#place = (this.#place + PLACE_STEP) & PREDICTION_MASK;
  }

  #addByRegister(op: number, address: number, size: number): void {
    const nearest = this.#registers.nearest(address);
    if (nearest >= 0) {
      this.#putOp(op | DataMode.register, size);
      this.#putInt16((this.#registers.set(nearest, address) << 4) | nearest);
      return;
    }
    const register = this.#registers.oldest();
    this.#registers.set(register, address);
    this.#putOp(op | DataMode.absolute, size);
    this.#putInt32(address);
    this.#bytes[this.#end++] = register;
  }

  #putOp(op: number, size: number): void {
    this.#bytes[this.#end++] = op;
    if (isEscaped(op)) this.#putInt16(size);
  }

  #putInt16(value: number): void {
    this.#view.setInt16(this.#end, value, true);
    this.#end += 2;
  }

  #putInt32(value: number): void {
    this.#view.setInt32(this.#end, value, true);
    this.#end += 4;
  }
}

function isInt16(value: number): boolean {
  return value >= -0x8000 && value <= 0x7fff;
}
