// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * What a Launcher can do to pages of its guest:
 *
 * - `anon`: untouched and writable; a frame it had is abandoned, its contents lost;
 * - `private`: a zero-filled frame of its own, if it has none; writable;
 * - `readonly`: not writable; a hole becomes untouched, otherwise backing and contents stay;
 * - `hole`: nothing behind it; a frame it had is abandoned.
 */
export type PageState = 'anon' | 'private' | 'readonly' | 'hole';

/** Options of a guest's memory. */
export interface LauncherMemoryOptions {
  /** Told each time a guest page (page number) is given a frame (host page number). */
  readonly frameGiven?: (gpfn: number, pfn: number) => void;
}

/** A guest's memory as plain data, without the frames' contents: those are host memory's. */
export interface LauncherMemorySnapshot {
  /** For each guest page: host page number of its frame, 0 if untouched, -1 for a hole. */
  readonly backing: Int32Array;
  /** For each guest page: 1 if the Launcher maps it writable. */
  readonly writable: Uint8Array;
  /** Pages that are to fail once. */
  readonly failing?: readonly number[];
}
