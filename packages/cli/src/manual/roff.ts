// SPDX-License-Identifier: GPL-2.0-or-later
import { filledLines, hasColumns, paragraphsOf } from '../options/prose.js';

/** Columns of a line of the source. */
const LINE_WIDTH = 76;

/** Text as roff takes it, whatever is in it. */
export function escaped(text: string): string {
  return text
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replace(/[^\0-\x7f]/gu, (letter) => {
      const code = letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      return String.raw`\[u${code}]`;
    })
    .replace(/^[.']/gm, String.raw`\&$&`);
}

export function bold(text: string): string {
  return String.raw`\fB${escaped(text)}\fR`;
}

export function italic(text: string): string {
  return String.raw`\fI${escaped(text)}\fR`;
}

/** Text in lines that are short, as readers of the source and mandoc want them. */
export function filled(text: string): string {
  return `${filledLines(text.split(/\s+/).map(escaped), LINE_WIDTH).join('\n')}\n`;
}

/** Lines that stay as they are. */
export function literal(lines: string): string {
  return `.nf\n${escaped(lines)}\n.fi\n`;
}

/** Paragraphs, between which is an empty line; one with columns stays as it is. */
export function paragraphs(text: string): string {
  return paragraphsOf(text)
    .map((paragraph) => (hasColumns(paragraph) ? literal(paragraph) : filled(paragraph)))
    .join('.PP\n');
}

/** Something, and indented below it what it means. */
export function tagged(tag: string, text: string): string {
  return `.TP\n${tag}\n${filled(text)}`;
}
