// SPDX-License-Identifier: GPL-2.0-or-later

/** Longest line accepted, in bytes: two paths of 4096 bytes and all that is around them. */
export const MAX_LINE_BYTES = 16 * 1024;

const EXCERPT_CHARACTERS = 40;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** What the first bytes of a line that is no record say that it is. */
export type LineKind = 'system-call' | 'outcome' | 'remark' | 'blank' | 'unknown';

/** Finds the end of the line that starts at `start`: where its `\n` is, or -1 if it has not arrived. */
export function findNewline(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === NEWLINE) return at;
  return -1;
}

/** The end of a line's text: `end`, or one less where `\r` stands before it. */
export function trimReturn(bytes: Uint8Array, start: number, end: number): number {
  return end > start && bytes[end - 1] === RETURN ? end - 1 : end;
}

/** Tells what a line is that is no record, by its first bytes; what follows may be malformed. */
export function lineKind(bytes: Uint8Array, start: number, end: number): LineKind {
  if (start === end) return 'blank';
  const text = lineText(bytes, start, Math.min(end, start + 8));
  if (text.startsWith('SYSCALL[')) return 'system-call';
  if (text.startsWith(' --> ')) return 'outcome';
  // Valgrind's own: `==123== text`, with --verbose `--123-- text`, from a client `**123** text`.
  if (text.startsWith('==') || /^(?:--|\*\*)\d/.test(text)) return 'remark';
  return 'unknown';
}

/** A line's bytes as text. Paths may be in any encoding, so each byte is one character (Latin-1). */
export function lineText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** What to show of a line in a message: its beginning, quoted, everything unprintable escaped. */
export function excerpt(bytes: Uint8Array, start: number, end: number): string {
  const shown = Math.min(end, start + EXCERPT_CHARACTERS);
  const text = lineText(bytes, start, shown).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${text}${shown < end ? '…' : ''}"`;
}
