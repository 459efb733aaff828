// SPDX-License-Identifier: GPL-2.0-or-later
import {
  CALL_HEADER_BYTES,
  MAX_CALL_BYTES,
  REGION_NUMBER_BYTES,
  SECTIONS_BYTES,
} from '../packed/format.js';
import { columnBytes, putColumns } from '../packed/columns.js';
import { PacketEncoder } from '../packed/encode/packet-encoder.js';
import { latin1 } from './latin1.js';

/** Puts the payload of an ACCESSES block together; see AccessesBlock. */
export class AccessesWriter {
  readonly #encoder = new PacketEncoder();
  #calls: { readonly record: number; readonly text: string }[] = [];
  #callBytes = 0;

  /** Records since the last payload was taken. */
  get records(): number {
    return this.#encoder.records;
  }

  get isEmpty(): boolean {
    return this.records === 0 && this.#calls.length === 0;
  }

  /** See PacketEncoder. */
  add(kind: number, high: number, low: number, size: number): boolean {
    return this.#encoder.add(kind, high, low, size);
  }

  /** Adds a call behind the records so far; returns false, and does nothing, if there is no room. */
  addCall(text: string): boolean {
    if (this.#callBytes >= MAX_CALL_BYTES) return false;
    this.#encoder.cut();
    this.#calls.push({ record: this.records, text });
    this.#callBytes += CALL_HEADER_BYTES + text.length;
    return true;
  }

  /** The payload; the next one begins empty. */
  take(): Uint8Array {
    const encoder = this.#encoder;
    const { columns, regions } = encoder;
    const regionBytes = regions.length * REGION_NUMBER_BYTES;
    const bytes = SECTIONS_BYTES + columnBytes(columns) + regionBytes + this.#callBytes;
    const payload = new Uint8Array(bytes);
    const view = new DataView(payload.buffer);
    view.setUint16(0, regions.length, true);
    view.setUint32(4, this.#calls.length, true);
    view.setUint32(8, this.#callBytes, true);
    const regionsAt = putColumns(payload, columns);
    this.#putRegions(view, regionsAt);
    this.#putCalls(payload, view, regionsAt + regionBytes);
    encoder.clear();
    this.#calls = [];
    this.#callBytes = 0;
    return payload;
  }

  #putRegions(view: DataView, start: number): void {
    let at = start;
    for (const region of this.#encoder.regions) {
      view.setUint32(at, region % 2 ** 32, true);
      view.setUint16(at + 4, Math.floor(region / 2 ** 32), true);
      at += REGION_NUMBER_BYTES;
    }
  }

  #putCalls(payload: Uint8Array, view: DataView, start: number): void {
    let at = start;
    for (const { record, text } of this.#calls) {
      view.setUint32(at, record, true);
      view.setUint16(at + 4, text.length, true);
      payload.set(latin1(text), at + CALL_HEADER_BYTES);
      at += CALL_HEADER_BYTES + text.length;
    }
  }
}
