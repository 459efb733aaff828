// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lguestSim, type Outcome } from './command.js';

/** Writes a scenario; its processes stand one below the other. */
export function writeScenario(directory: string, name: string, ...lines: string[]): string {
  const path = join(directory, `${name}.yaml`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** Two guests that move between two CPUs, fork and share: soon over, and yet of every kind. */
export function smallScenario(directory: string): string {
  return writeScenario(
    directory,
    'small',
    'machine: { cpus: 2, seed: 3 }',
    'scheduler: { migrate: random, slice: 30000 }',
    'guests: { count: 2, memory: 8M, slice: 25000 }',
    'processes:',
    '  - { pattern: fork-storm, children: 3, pages: 5, accesses: 200 }',
    '  - { pattern: zipf, pages: 30, accesses: 20000 }',
  );
}

/** Runs the command, which has to end with 0 and say nothing on standard error. */
export async function well(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await lguestSim(args);
  if (code !== 0 || stderr !== '')
    throw new Error(`${args.join(' ')}: ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** Runs the command, which has to refuse its input in one line. */
export async function refusal(...args: string[]): Promise<string> {
  const { code, stdout, stderr }: Outcome = await lguestSim(args);
  if (code !== 2 || stdout !== '' || !/^lguest-sim: [^\n]*\n$/.test(stderr)) {
    throw new Error(`${args.join(' ')}: ${code}: ${stderr}${stdout}`);
  }
  return stderr.slice('lguest-sim: '.length, -1);
}

/** A result document's text without what differs from one run to the next. */
export function timeless(path: string): string {
  return readFileSync(path, 'utf8').replace(/"(wallSeconds|accessesPerSecond)": [\d.]+/g, '"$1"');
}
