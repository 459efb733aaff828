// SPDX-License-Identifier: GPL-2.0-or-later
import { AccessKind, INFO_SIZE_SHIFT } from '../access-batch.js';
import { REGION_BYTES } from '../address-mover.js';
import { MAX_ACCESS_BYTES } from '../lackey-record.js';
import {
  DataMode,
  FetchMode,
  KIND_SHIFT,
  MODE_MASK,
  OP_INFO,
  REGISTERS,
  isEscaped,
} from './op-codes.js';
import type { PackedPlace } from './packed-place.js';
import { PLACE_STEP, PREDICTIONS, PREDICTION_MASK, UNSET, placeAfterFetch } from './prediction.js';

/** Tells where a block's region begins in the reader's own addresses (32 bits, signed). */
export type RegionPlacer = (index: number) => number;

const REGION_SHIFT = 22;
const REGION_MASK = -REGION_BYTES;

/** What `bases` holds for a region that was not asked for yet. No multiple of 4 MiB. */
const NOT_ASKED = 1;

/**
 * A place among a block's records, and what the records after it refer to.
 *
 * `next` decodes a record of any form, one at a time; decodeUsualOps does the same to most of them,
 * many at a time. Addresses are the reader's own: what is placed is a region, once a block, when the
 * first record in it is decoded.
 */
export class RecordCursor {
  /** The record that `next` decoded: AccessKind or MODIFY. */
  kind = 0;
  /** Its address, as 32 bits, signed. */
  address = 0;
  /** Its bytes. */
  size = 0;

  /** The block's payload, and some bytes more, which may be read (as garbage). */
  payload: Uint8Array = new Uint8Array(0);
  view = new DataView(this.payload.buffer);
  /** Next byte, and one past the last. */
  at = 0;
  end = 0;
  /** Records decoded, and how many there are. */
  record = 0;
  records = 0;
  /** Where a sequential fetch is; UNSET if there is no such place. */
  sequential = UNSET;
  /** Index into `predictions`, see there. */
  place = 0;
  readonly predictions = new Int32Array(PREDICTIONS);
  readonly registers = new Int32Array(REGISTERS);
  readonly #bases = new Int32Array(REGION_BYTES >>> 12);
  readonly #messages: PackedPlace;
  #placer: RegionPlacer = () => 0;
  #regionCount = 0;

  /** @param messages where errors are said to be. */
  constructor(messages: PackedPlace) {
    this.#messages = messages;
  }

  /** Whether all records of the block are decoded. */
  get done(): boolean {
    return this.record === this.records;
  }

  /** Goes to the start of a block. */
  begin(
    payload: Uint8Array,
    { start, end, records }: { start: number; end: number; records: number },
    regionCount: number,
    placer: RegionPlacer,
  ): void {
    if (this.payload !== payload) {
      this.payload = payload;
      this.view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    }
    this.at = start;
    this.end = end;
    this.record = 0;
    this.records = records;
    this.sequential = UNSET;
    this.place = 0;
    this.predictions.fill(UNSET);
    this.registers.fill(UNSET);
    this.#bases.fill(NOT_ASKED);
    this.#regionCount = regionCount;
    this.#placer = placer;
    this.checkEnd();
  }

  /**
   * Decodes the next record; there must be one.
   * @throws TraceError for one that cannot be, or what the placer throws.
   */
  next(): void {
    this.#messages.record = this.record + 1;
    if (this.at >= this.end) this.#messages.fail('a record', 'the end of the block');
    const op = this.payload[this.at++]!;
    this.kind = op >>> KIND_SHIFT;
    this.size = isEscaped(op) ? this.#takeSize() : OP_INFO[op]! >>> INFO_SIZE_SHIFT;
    if (this.kind === AccessKind.fetch) this.#nextFetch(op & MODE_MASK);
    else this.#nextData(op & MODE_MASK);
    this.record++;
    this.#messages.record = undefined;
    this.checkEnd();
  }

  /**
   * Makes sure that the records end with the block, neither sooner nor later.
   * @throws TraceError
   */
  checkEnd(): void {
    if (this.at > this.end) this.#messages.fail('whole records', 'the end of the block in one');
    if (this.done && this.at < this.end) {
      this.#messages.fail(
        'the end of the block after its last record',
        `${this.end - this.at} bytes`,
      );
    }
  }

  #nextFetch(mode: number): void {
    if (mode === FetchMode.sequential) this.address = this.#known(this.sequential);
    else {
      if (mode === FetchMode.predicted) this.address = this.#known(this.predictions[this.place]!);
      else if (mode === FetchMode.near) {
        this.address = this.#from(this.sequential, this.view.getInt16(this.at, true));
        this.at += 2;
      } else this.address = this.#takeAbsolute();
      this.predictions[this.place] = this.address;
    }
    const next = (this.address + this.size) | 0;
    this.sequential = ((next ^ this.address) & REGION_MASK) === 0 ? next : UNSET;
    this.place = placeAfterFetch(this.address);
  }

  #nextData(mode: number): void {
    const predicted = this.predictions[this.place]!;
    if (mode === DataMode.predicted) this.address = this.#known(predicted);
    else if (mode === DataMode.close) {
      this.address = this.#from(predicted, this.view.getInt8(this.at++));
    } else if (mode === DataMode.register) {
      const operand = this.view.getInt16(this.at, true);
      this.at += 2;
      this.#setRegister(operand & 15, this.#from(this.registers[operand & 15]!, operand >> 4));
    } else {
      const address = this.#takeAbsolute();
      this.#setRegister(this.payload[this.at++]!, address);
    }
    this.predictions[this.place] = this.address;
    this.place = (this.place + PLACE_STEP) & PREDICTION_MASK;
  }

  #setRegister(register: number, address: number): void {
    if (register >= REGISTERS) this.#messages.fail(`a register below ${REGISTERS}`, `${register}`);
    this.registers[register] = address;
    this.address = address;
  }

  #takeSize(): number {
    const size = this.view.getUint16(this.at, true);
    this.at += 2;
    if (size < 1 || size > MAX_ACCESS_BYTES) {
      this.#messages.fail(`a size of 1 to ${MAX_ACCESS_BYTES} bytes`, `${size}`);
    }
    return size;
  }

  #takeAbsolute(): number {
    const operand = this.view.getInt32(this.at, true);
    this.at += 4;
    const index = operand >>> REGION_SHIFT;
    if (index >= this.#regionCount) {
      this.#messages.fail(`a region below ${this.#regionCount}`, `region ${index}`);
    }
    if (this.#bases[index] === NOT_ASKED) this.#bases[index] = this.#placer(index);
    return this.#bases[index]! | (operand & ~REGION_MASK);
  }

  #known(address: number): number {
    if (address === UNSET) this.#messages.fail('an address that was there before', 'none');
    return address;
  }

  #from(base: number, distance: number): number {
    const address = (this.#known(base) + distance) | 0;
    if (((address ^ base) & REGION_MASK) !== 0) {
      this.#messages.fail('an address in the region of the one it is told from', 'another');
    }
    return address;
  }
}
