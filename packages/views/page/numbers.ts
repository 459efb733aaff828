// SPDX-License-Identifier: GPL-2.0-or-later

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** `1,234,567` */
export function count(value: number): string {
  return grouped.format(value);
}

/** `1.2M` */
export function compact(value: number): string {
  return short.format(value);
}

/** `12.34 %`; of nothing a dash. */
export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(2)} %`;
}

/** `0x08049000` */
export function address(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/** `64 MiB` */
export function bytes(value: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${count(value / 2 ** (10 * power))} ${units[power]}`;
}

/** `slotEvictions` as words: `slot evictions`. */
export function words(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .replace(/^tlb\b/, 'TLB')
    .replace(/^cpus\b/, 'CPUs')
    .replace(/^switcher\b/, 'Switcher');
}

/** Sum of numbers. */
export function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** Makes of each `size` neighbouring numbers their sum. */
export function rebinned(numbers: readonly number[], size: number): number[] {
  return Array.from({ length: Math.ceil(numbers.length / size) }, (_, index) =>
    sum(numbers.slice(index * size, (index + 1) * size)),
  );
}

/** `1 guest`, `2 guests` */
export function plural(number: number, one: string, several = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : several}`;
}
