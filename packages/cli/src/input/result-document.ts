// SPDX-License-Identifier: GPL-2.0-or-later
import { readFile } from 'node:fs/promises';
import { RESULT_SCHEMA, type ResultDocument } from '@lguest-sim/simulation';
import { CommandError, systemReason } from '../errors.js';

/**
 * Reads a result document.
 * @throws CommandError if the file cannot be read, or is none
 */
export async function readResultDocument(path: string): Promise<ResultDocument> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw bad(path, systemReason(error), error);
  });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw bad(path, `it is no JSON (${(error as Error).message})`, error);
  }
  const { schema, totals, config } = (document ?? {}) as Partial<ResultDocument>;
  if (schema !== RESULT_SCHEMA) {
    throw bad(path, `its schema is ${JSON.stringify(schema) ?? 'missing'}`);
  }
  for (const [name, value] of Object.entries({ totals, config, hypercalls: totals?.hypercalls })) {
    if (typeof value !== 'object' || value === null) throw bad(path, `it has no ${name}`);
  }
  return document as ResultDocument;
}

function bad(path: string, reason: string, cause?: unknown): CommandError {
  const message = `${path}: expected a result document (${RESULT_SCHEMA}) as run --json writes it: ${reason}`;
  return new CommandError('INPUT_FAILED', message, { cause });
}
