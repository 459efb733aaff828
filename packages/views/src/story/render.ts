// SPDX-License-Identifier: GPL-2.0-or-later
import type { Line, Step, Story } from './story.js';

/** How words are marked on a terminal. */
export interface Marks {
  /** Headings. */
  readonly bold: (text: string) => string;
  /** What is said beside. */
  readonly dim: (text: string) => string;
  /** What has changed. */
  readonly changed: (text: string) => string;
  /** Marks a check that passed. */
  readonly good: (text: string) => string;
  /** Marks one that did not. */
  readonly bad: (text: string) => string;
}

const same = (text: string): string => text;

/** No marks at all. */
export const noMarks: Marks = { bold: same, dim: same, changed: same, good: same, bad: same };

const colour =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;

/** Colours as terminals have them. */
export const terminalMarks: Marks = {
  bold: colour(1),
  dim: colour(2),
  changed: colour(33),
  good: colour(32),
  bad: colour(31),
};

const NAME_WIDTH = 40;

/** A story as text. What a step has changed is marked with a star. */
export function storyText({ title, about, steps }: Story, marks: Marks = noMarks): string {
  const head = [marks.bold(title), ...about.map((line) => textLine(line, marks))];
  const told = steps.flatMap((step, index) => [
    '',
    marks.bold(`${index + 1}. ${step.who} ${step.title}`) +
      marks.dim(`  [${step.topic}, cycle ${step.time}]`),
    ...step.lines.map((line) => textLine(line, marks)),
  ]);
  return [...head, ...told, ''].join('\n');
}

function textLine(line: Line, { dim, changed, good, bad }: Marks): string {
  const note = 'note' in line && line.note !== undefined ? `  ${dim(`(${line.note})`)}` : '';
  switch (line.kind) {
    case 'fact':
      return `     ${line.name.padEnd(NAME_WIDTH)} ${line.value}${note}`;
    case 'entry':
      return `     ${line.name.padEnd(NAME_WIDTH)} ${line.value}  ${dim(`at ${line.at}`)}  ${line.flags}`;
    case 'check':
      return `     ${line.passed ? good('yes') : bad('no ')} ${line.what}`;
    case 'change': {
      const at = line.at === undefined ? '' : `  ${dim(`at ${line.at}`)}`;
      return (
        changed(`   * ${line.name.padEnd(NAME_WIDTH)} ${line.before} -> ${line.after}`) + at + note
      );
    }
  }
}

/** A story in Markdown. */
export function storyMarkdown({ title, about, steps }: Story): string {
  return [`# ${title}`, '', ...about.map(markdownLine), ...steps.flatMap(markdownStep), ''].join(
    '\n',
  );
}

function markdownStep({ who, title, topic, time, lines }: Step, index: number): string[] {
  const heading = `## ${index + 1}. ${who} ${title}`;
  return ['', heading, '', `\`${topic}\`, cycle ${time}`, '', ...lines.map(markdownLine)];
}

function markdownLine(line: Line): string {
  const note = 'note' in line && line.note !== undefined ? ` (${line.note})` : '';
  switch (line.kind) {
    case 'fact':
      return `- ${line.name}: \`${line.value}\`${note}`;
    case 'entry':
      return `- ${line.name} at ${line.at}: \`${line.value}\` ${line.flags}`;
    case 'check':
      return `- ${line.passed ? '✓' : '✗'} ${line.what}`;
    case 'change': {
      const at = line.at === undefined ? '' : ` at ${line.at}`;
      return `- **${line.name}**${at}: \`${line.before}\` → **\`${line.after}\`**${note}`;
    }
  }
}
