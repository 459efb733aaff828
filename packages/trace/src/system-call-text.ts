// SPDX-License-Identifier: GPL-2.0-or-later
import type { SystemCallOutcome } from './trace-event.js';

/** A line on which a call begins; `outcome` is null where it stands on a later line, if anywhere. */
export interface CallLine {
  readonly kind: 'call';
  /** Process and thread, as `pid,tid`. */
  readonly thread: string;
  readonly number: number;
  readonly name: string;
  readonly args: readonly (number | string)[];
  readonly child: number | undefined;
  readonly outcome: SystemCallOutcome | null;
}

/** A line that brings the outcome of a call that blocked. */
export interface ResultLine {
  readonly kind: 'result';
  readonly thread: string;
  readonly number: number;
  readonly outcome: SystemCallOutcome;
}

const HEAD = /^SYSCALL\[(\d+,\d+)\]\( *(\d+)\) +(.*)$/s;
const RESULT = /^\.\.\. \[async\] -->(.*)$/s;
const FORK = /\s+(?:clone\(\w+\)|v?fork): process \d+ created child (\d+)\s*$/;
const CALL = /^([^(]*[^(\s])\s*\((.*)\)[^)]*$/s;
const UNKNOWN_CALL = /^unimplemented \(by the kernel\) syscall/;
const BARE_NAME = /^\w[^\s(]*(?=[^(]*$)/;
const OUTCOME =
  /^\s*(?:\[[a-z-]+\]\s*)?(?:(Success|Failure)\(0x([0-9a-f]+)[^)]*\)|(NoWriteResult)|(\.\.\.))/i;
/** An address with the string there, which may hold commas; or anything up to a comma. */
const ARGUMENT = /0x[0-9a-f]+\(.*?\)(?=\s*(?:,|$))|[^,\s][^,]*/gis;
const NUMBER = /^(?:-?\d+|0x[0-9a-f]+)$/i;

/** What may stand behind an arrow: an outcome, or three dots for one that comes later. */
type Said = SystemCallOutcome | 'later';

/**
 * Takes a `SYSCALL[pid,tid](number) ...` line apart.
 *
 * @param whole whether the line's end was there; a bare name is taken for one only if it was.
 * @returns null if it is not of that form.
 */
export function parseSystemCallLine(text: string, whole = true): CallLine | ResultLine | null {
  const head = HEAD.exec(text);
  if (head === null) return null;
  const [, thread, digits, rest] = head as unknown as [string, string, string, string];
  const number = Number(digits);
  const late = RESULT.exec(rest);
  if (late === null) return parseCall(thread, number, rest, whole);
  const outcome = parseOutcome(late[1]!);
  if (outcome === null || outcome === 'later') return null;
  return { kind: 'result', thread, number, outcome };
}

/**
 * Takes a bare ` --> [pre-fail] Failure(0x26)` line apart: the outcome of the call before it.
 *
 * @returns null if it is not of that form.
 */
export function parseBareOutcome(text: string): SystemCallOutcome | null {
  const arrow = /^\s*-->(.*)$/s.exec(text);
  const outcome = arrow && parseOutcome(arrow[1]!);
  return outcome === 'later' ? null : outcome;
}

function parseCall(thread: string, number: number, rest: string, whole: boolean): CallLine | null {
  const arrow = rest.lastIndexOf('-->');
  const said = arrow < 0 ? null : parseOutcome(rest.slice(arrow + 3));
  if (arrow >= 0 && said === null) return null;
  const left = arrow < 0 ? rest : rest.slice(0, arrow).replace(/\[sync\]\s*$/, '');
  const fork = FORK.exec(left);
  const text = (fork === null ? left : left.slice(0, fork.index)).trim();
  const call = parseNameAndArguments(text, whole);
  if (call === null) return null;
  return {
    kind: 'call',
    thread,
    number,
    ...call,
    child: fork === null ? undefined : Number(fork[1]),
    outcome: said === 'later' ? null : said,
  };
}

function parseNameAndArguments(
  text: string,
  whole: boolean,
): Pick<CallLine, 'name' | 'args'> | null {
  if (UNKNOWN_CALL.test(text)) return { name: 'ni_syscall', args: [] };
  const call = CALL.exec(text) ?? (whole ? BARE_NAME.exec(text) : null);
  if (call === null) return null;
  // `sys_fcntl64[ARG3=='arg']` is fcntl64, told apart by its third argument.
  const name = (call[1] ?? call[0]).replace(/\[.*\]$/s, '').replace(/^sys_/, '');
  return { name, args: parseArguments(name, call[2] ?? '') };
}

function parseArguments(name: string, text: string): (number | string)[] {
  const parts = [...text.matchAll(ARGUMENT)].map(([part]) => part.trim());
  return parts.map((part, index) =>
    // Valgrind prints the flags of clone in hexadecimal and without a prefix.
    parseArgument(name === 'clone' && index === 0 && !part.startsWith('0x') ? `0x${part}` : part),
  );
}

function parseArgument(text: string): number | string {
  if (!NUMBER.test(text)) return text;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

function parseOutcome(text: string): Said | null {
  const match = OUTCOME.exec(text);
  if (match === null) return null;
  const [, verdict, digits, noResult] = match;
  if (noResult !== undefined) return { result: null, failed: false };
  if (verdict === undefined) return 'later';
  return { result: Number(`0x${digits!}`), failed: verdict === 'Failure' };
}
