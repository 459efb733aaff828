// SPDX-License-Identifier: GPL-2.0-or-later

/** Made when it is first needed: that takes as long as all of `--help`. */
let grouped: Intl.NumberFormat | undefined;
const scales = [
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
] as const;

/** A count with thousands separators: `1,234,567`. */
export function formatCount(count: number): string {
  grouped ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  return grouped.format(count);
}

/** A count in three or four characters and a letter: `12.3M`. */
export function formatShort(count: number): string {
  for (const [letter, scale] of scales) {
    if (count >= scale) return `${(count / scale).toFixed(1)}${letter}`;
  }
  return String(Math.round(count));
}

/** A share of a whole as a percentage: `12.3 %`; of nothing it is `-`. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** A duration as a clock shows it: `0:07`, `1:02:03`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
