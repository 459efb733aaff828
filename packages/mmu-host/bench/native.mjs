// SPDX-License-Identifier: GPL-2.0-or-later
// Compiles the original's page_tables.c, which is not part of the project, and times it and the shadow MMU in turn
// on the same workloads. Needs a build (`pnpm build`), and gcc that compiles for 32 bits.
//
//   node bench/native.mjs PAGE_TABLES_C [--only WORKLOAD] [--format NAME] [--rounds N] [--repeats N] [--json]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { workloads } from './workloads.mjs';

const FLAGS = ['-std=gnu11', '-O2', '-m32', '-fno-strict-aliasing'];
const formats = { 'two-level': [], pae: ['-DCONFIG_X86_PAE'] };
const sources = fileURLToPath(new URL('native/', import.meta.url));
const shadowMmu = fileURLToPath(new URL('./mmu.mjs', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    format: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    repeats: { type: 'string', default: '201' },
    json: { type: 'boolean', default: false },
  },
});
const [original] = positionals;
const rounds = Number(values.rounds);
const names = workloads.map(({ name }) => name).filter((name) => (values.only ?? name) === name);
/** What is wrong with what was asked for, or with what is there. */
class Complaint extends Error {}

function check(isGood, message) {
  if (!isGood) throw new Complaint(message);
}

function checkOptions() {
  check(original !== undefined, "no file; expected the original's page_tables.c");
  check(existsSync(original), `${original}: not found; expected the original's page_tables.c`);
  check(
    names.length > 0,
    `--only ${values.only}: expected ${workloads.map((w) => w.name).join(', ')}`,
  );
  check(
    values.format === undefined || values.format in formats,
    `--format ${values.format}: expected ${Object.keys(formats).join(' or ')}`,
  );
  check(
    Number.isInteger(rounds) && rounds > 0,
    `--rounds ${values.rounds}: expected a number above 0`,
  );
}

/** What a command prints; or a complaint, if it fails. */
function outputOf(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  check(error === undefined, `${command}: ${error?.message}; expected it to be installed`);
  check(status === 0, `${command} ended with ${status}:\n${stderr}`);
  return stdout;
}

/** Empty files in place of the kernel's headers: all that the original needs of them is in `lg.h`. */
function makeHeaders(directory) {
  for (const [, header] of readFileSync(original, 'utf8').matchAll(/^#include <(.+)>$/gm)) {
    mkdirSync(dirname(join(directory, header)), { recursive: true });
    writeFileSync(join(directory, header), '');
  }
}

function compile(directory, format) {
  const program = join(directory, format);
  const files = [original, join(sources, 'workloads.c')];
  const includes = ['-I', directory, '-I', sources];
  outputOf('gcc', [...FLAGS, ...formats[format], ...includes, '-o', program, ...files]);
  return program;
}

function timeShadowMmu(name, format) {
  const options = ['--only', name, '--format', format, '--repeats', values.repeats, '--json'];
  return JSON.parse(outputOf(process.execPath, [shadowMmu, ...options])).results[0];
}

/** The median of the medians, and the best of all. */
function summary(times) {
  const medians = times.map(({ medianNs }) => medianNs).sort((a, b) => a - b);
  return {
    medianNs: medians[medians.length >> 1],
    bestNs: Math.min(...times.map(({ bestNs }) => bestNs)),
  };
}

function compare(program, workload, format) {
  const times = { native: [], here: [] };
  for (let round = 0; round < rounds; round++) {
    times.native.push(JSON.parse(outputOf(program, [workload, values.repeats])));
    times.here.push(timeShadowMmu(workload, format));
  }
  const native = summary(times.native);
  const shadow = summary(times.here);
  const ratio = { median: shadow.medianNs / native.medianNs, best: shadow.bestNs / native.bestNs };
  return { workload, format, native, shadow, ratio };
}

function line(cells) {
  return cells.map((cell, i) => (i < 2 ? cell.padEnd(16) : cell.padStart(18))).join('');
}

function show({ workload, format, native, shadow, ratio }) {
  const ns = ({ medianNs, bestNs }) => `${medianNs.toFixed(1)} / ${bestNs.toFixed(1)}`;
  const times = `${ratio.median.toFixed(2)} / ${ratio.best.toFixed(2)}`;
  console.log(line([workload, format, ns(native), ns(shadow), times]));
}

function compareAll(directory) {
  makeHeaders(directory);
  if (!values.json) {
    console.log('median / best, in nanoseconds\n');
    console.log(line(['workload', 'format', 'original', 'shadow MMU', 'times as long']));
  }
  const results = [];
  for (const format of Object.keys(formats).filter((name) => (values.format ?? name) === name)) {
    const program = compile(directory, format);
    for (const name of names) {
      const result = compare(program, name, format);
      results.push(result);
      if (!values.json) show(result);
    }
  }
  if (values.json) console.log(JSON.stringify({ schema: 1, results }, undefined, 2));
}

const directory = mkdtempSync(join(tmpdir(), 'lguest-sim-native-'));
try {
  checkOptions();
  compareAll(directory);
} catch (error) {
  if (!(error instanceof Complaint)) throw error;
  console.error(error.message);
  process.exitCode = 2;
} finally {
  rmSync(directory, { recursive: true });
}
