// SPDX-License-Identifier: GPL-2.0-or-later

type Rgb = readonly [red: number, green: number, blue: number];

/** From little to much, on a light and on a dark ground. */
const onLight: readonly Rgb[] = [
  [198, 222, 245],
  [107, 161, 218],
  [52, 92, 170],
  [38, 34, 98],
];
const onDark: readonly Rgb[] = [
  [36, 58, 92],
  [46, 116, 170],
  [112, 196, 190],
  [250, 240, 160],
];

/**
 * The colour of a cell.
 * @param heat above 0, up to 1; differences among small values show as well as those among large ones
 */
export function heatColour(heat: number, isDark: boolean): string {
  const scale = isDark ? onDark : onLight;
  const place = Math.sqrt(heat) * (scale.length - 1);
  const below = Math.min(scale.length - 2, Math.floor(place));
  const part = place - below;
  const channels = scale[below]!.map((from, index) =>
    Math.round(from + (scale[below + 1]![index]! - from) * part),
  );
  return `rgb(${channels.join(',')})`;
}
