// SPDX-License-Identifier: GPL-2.0-or-later

/** Columns of the help: what every terminal has. */
export const HELP_WIDTH = 80;

/** The paragraphs of a text, between which are empty lines. */
export function paragraphsOf(text: string): string[] {
  return text.split(/\n\n+/);
}

/** Whether a paragraph has columns, so that its lines are to stay as they are. */
export function hasColumns(paragraph: string): boolean {
  return / {2,}\S/.test(paragraph);
}

/** As many words in each line as fit in the width, in characters; one that is longer has its own. */
export function filledLines(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
}

/** A text with its lines filled to the width of the help, however they were broken. */
export function filledForHelp(text: string): string {
  return paragraphsOf(text)
    .map((paragraph) =>
      hasColumns(paragraph)
        ? paragraph
        : filledLines(paragraph.split(/\s+/), HELP_WIDTH).join('\n'),
    )
    .join('\n\n');
}
