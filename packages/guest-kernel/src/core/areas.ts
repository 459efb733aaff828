// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestVirtual } from '@lguest-sim/x86';

/** What a process may do in a stretch of its address space: `end` is the first byte beyond it. */
export interface Area {
  readonly start: GuestVirtual;
  readonly end: GuestVirtual;
  readonly accessible: boolean;
  readonly writable: boolean;
}

/**
 * The areas of a process (Linux's `vm_area_struct`s): in order of address, never overlapping, in
 * bytes. They say what is known; a program's text, data and stack are there without a system call
 * of the trace, so an address in no area is nothing special.
 */
export class Areas {
  #list: Area[] = [];

  /** The area with this address, or undefined. */
  find(address: GuestVirtual): Area | undefined {
    return this.#list.find(({ start, end }) => start <= address && address < end);
  }

  /** Whether an area has a byte in the range. */
  overlaps(start: GuestVirtual, end: GuestVirtual): boolean {
    return this.#list.some((area) => area.start < end && start < area.end);
  }

  /** Whether an area that must not be touched has a byte in the range. */
  hides(start: GuestVirtual, end: GuestVirtual): boolean {
    return this.#list.some((area) => !area.accessible && area.start < end && start < area.end);
  }

  /** Puts an area in; what was in its place before is cut away. An empty one changes nothing. */
  set(area: Area): void {
    if (area.start >= area.end) return;
    this.remove(area.start, area.end);
    this.#list.push(area);
    this.#list.sort((a, b) => a.start - b.start);
  }

  /** Cuts a range out of the areas. */
  remove(start: GuestVirtual, end: GuestVirtual): void {
    this.#list = this.#list.flatMap((area) => {
      if (area.end <= start || end <= area.start) return [area];
      const before = { ...area, end: start };
      const after = { ...area, start: end };
      return [before, after].filter((rest) => rest.start < rest.end);
    });
  }

  clear(): void {
    this.#list = [];
  }

  snapshot(): readonly Area[] {
    return this.#list.map((area) => ({ ...area }));
  }

  restore(snapshot: readonly Area[]): void {
    this.#list = snapshot.map((area) => ({ ...area }));
  }
}
