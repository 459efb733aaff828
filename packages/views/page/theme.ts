// SPDX-License-Identifier: GPL-2.0-or-later

/** Colours of things that are told apart, on a light and on a dark ground (Paul Tol's "bright" and "muted"). */
const palette = [
  '#4477aa',
  '#ee6677',
  '#228833',
  '#ccbb44',
  '#66ccee',
  '#aa3377',
  '#dd7733',
  '#44aa99',
  '#882255',
  '#999933',
  '#7777cc',
  '#997755',
];

/** Neighbouring numbers far apart on the circle of hues. */
const GOLDEN_ANGLE = 137.508;

/** The colour of a guest or process. */
export function colourOf(number: number): string {
  const known = palette[number];
  if (known !== undefined) return known;
  const hue = (number * GOLDEN_ANGLE) % 360;
  return `hsl(${hue.toFixed(0)}, 48%, ${number % 2 === 0 ? 46 : 58}%)`;
}

/** The colours of the page as they are now. */
export interface Theme {
  readonly card: string;
  readonly text: string;
  readonly soft: string;
  readonly line: string;
  readonly faint: string;
  readonly accent: string;
  readonly bad: string;
  readonly isDark: boolean;
}

const dark = window.matchMedia('(prefers-color-scheme: dark)');

/** Reads the colours that the style sheet sets. */
export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    card: read('card'),
    text: read('text'),
    soft: read('soft'),
    line: read('line'),
    faint: read('faint'),
    accent: read('accent'),
    bad: read('bad'),
    isDark: dark.matches,
  };
}

/** How a plot's tooltip looks; it stays within the plot. */
export function tipLook({ card, line, text }: Theme) {
  return {
    confine: true,
    backgroundColor: card,
    borderColor: line,
    textStyle: { color: text, fontSize: 12 },
  };
}

/** Calls back whenever the reader's system turns dark or light. */
export function whenThemeChanges(callback: () => void): void {
  dark.addEventListener('change', callback);
}
