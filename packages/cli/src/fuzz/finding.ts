// SPDX-License-Identifier: GPL-2.0-or-later
import { AuditFailure, CheckFailure, LawViolation, hostCrashKind } from '@lguest-sim/simulation';

/** Something that a guest must not be able to bring about, and did. */
export interface Finding {
  /** Findings of one name are counted as one: `audit holds-are-leaves`, `host crash out of bounds`. */
  readonly name: string;
  /** What was found where, in a sentence. */
  readonly detail: string;
}

/** What a run that threw has found. */
export function findingOf(error: unknown): Finding {
  const detail = error instanceof Error ? error.message : String(error);
  return { name: nameOf(error), detail };
}

function nameOf(error: unknown): string {
  if (error instanceof AuditFailure) return `audit ${error.violation.assertion}`;
  if (error instanceof CheckFailure) return 'check';
  if (error instanceof LawViolation) return `law ${error.law}`;
  const crash = hostCrashKind(error);
  if (crash !== undefined) return `host crash ${crash}`;
  const text = error instanceof Error ? `${error.name} ${error.message}` : String(error);
  return `exception ${withoutNumbers(text)}`;
}

/** The same text for the same kind of error. */
function withoutNumbers(text: string): string {
  return text.replace(/0x[0-9a-f]+|-?\d+/g, 'N').slice(0, 80);
}
