// SPDX-License-Identifier: GPL-2.0-or-later
// Times whole runs of lguest-sim beside what else one might do with a trace, in turn: a bare loop in C and one in
// JavaScript over the same file (`bare-loop.c`, `bare-loop.mjs`), and cachegrind, which simulates caches while a program runs. Needs a build; what
// needs a tool that is not there (gcc, valgrind) is left out, and that is said.
//
//   node bench/others.mjs [--records N] [--repeats N] [--json]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const place = (path) => fileURLToPath(new URL(path, import.meta.url));
const command = place('../bin/lguest-sim.js');
const RECORD = /^(?:I {2}| [LSM] )/gm;

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '8000000' },
    repeats: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
});
const records = Number(values.records);
const repeats = Number(values.repeats);

/** A whole process: its seconds from start to end, and what it printed. */
function timed(program, args) {
  const start = process.hrtime.bigint();
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (error !== undefined || status !== 0) throw new Error(`${program}: ${error ?? stderr}`);
  return { seconds, stdout, stderr };
}

const isThere = (program) => spawnSync(program, ['--version']).error === undefined;

function makeTraces(directory) {
  const one = gunzipSync(readFileSync(place('../traces/sort.lackey.gz')));
  const copies = Math.ceil(records / one.toString('latin1').match(RECORD).length);
  const text = join(directory, 'joined.lackey');
  const packed = join(directory, 'joined.lgt');
  writeFileSync(text, Buffer.concat(Array(copies).fill(one)));
  timed(process.execPath, [command, 'trace', 'pack', text, '-o', packed]);
  return { text, packed };
}

/** Accesses a second of a whole run of lguest-sim. */
function simulate(trace) {
  const args = [command, 'run', '--trace', trace, '--cpus', '1', '--quiet', '--json', '-'];
  const { seconds, stdout } = timed(process.execPath, args);
  return JSON.parse(stdout).totals.accesses / seconds;
}

function bareLoop(program, args) {
  const { seconds, stdout } = timed(program, args);
  return JSON.parse(stdout).accesses / seconds;
}

function compile(directory) {
  const program = join(directory, 'loop');
  timed('gcc', ['-O2', '-o', program, place('bare-loop.c')]);
  return program;
}

/** References a second that cachegrind simulates while sort sorts what it is given. */
function cachegrind(directory, input) {
  const args = ['--tool=cachegrind', '--cache-sim=yes', '--cachegrind-out-file=/dev/null'];
  const sort = ['sort', '--parallel=1', '-o', join(directory, 'sorted'), input];
  const { seconds, stderr } = timed('valgrind', [...args, ...sort]);
  const count = (name) =>
    Number(stderr.match(new RegExp(`${name} +refs: +([\\d,]+)`))[1].replaceAll(',', ''));
  return (count('I') + count('D')) / seconds;
}

function contendersIn(directory) {
  const { text, packed } = makeTraces(directory);
  const all = [
    ['lguest-sim, text', () => simulate(text)],
    ['lguest-sim, packed', () => simulate(packed)],
    ['a bare loop in JavaScript', () => bareLoop(process.execPath, [place('bare-loop.mjs'), text])],
  ];
  if (isThere('gcc')) {
    const loop = compile(directory);
    all.push(['a bare loop in C', () => bareLoop(loop, [text])]);
  }
  if (isThere('valgrind')) {
    const input = join(directory, 'lines');
    writeFileSync(input, readFileSync(text).subarray(0, 1 << 20));
    all.push(['cachegrind', () => cachegrind(directory, input)]);
  }
  for (const program of ['gcc', 'valgrind']) {
    if (!isThere(program)) console.error(`${program}: not found, so what needs it is left out`);
  }
  return all;
}

/** All in turn, so that a busy moment is not one contender's alone. The first turn is not counted. */
function measure(contenders) {
  const rates = new Map(contenders.map(([name]) => [name, []]));
  for (let repeat = 0; repeat <= repeats; repeat++) {
    for (const [name, run] of contenders) {
      const rate = run();
      if (repeat > 0) rates.get(name).push(rate);
    }
  }
  return [...rates].map(([name, taken]) => {
    const sorted = taken.sort((a, b) => a - b);
    return { name, median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1) };
  });
}

function show(results) {
  const cells = (name, ...figures) =>
    name.padEnd(28) + figures.map((figure) => figure.padStart(9)).join('');
  console.log(`${records} records or more, ${repeats} repeats, million accesses a second\n`);
  console.log(cells('', 'median', 'least', 'most'));
  for (const { name, ...figures } of results) {
    console.log(cells(name, ...Object.values(figures).map((rate) => (rate / 1e6).toFixed(1))));
  }
}

if (!(records >= 1 && repeats >= 1)) {
  console.error(
    `--records ${values.records} --repeats ${values.repeats}: expected numbers above 0`,
  );
  process.exitCode = 2;
} else {
  const directory = mkdtempSync(join(tmpdir(), 'lguest-sim-others-'));
  try {
    const results = measure(contendersIn(directory));
    if (values.json)
      console.log(JSON.stringify({ schema: 1, records, repeats, results }, undefined, 2));
    else show(results);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
