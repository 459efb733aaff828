// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packed } from './packed.mjs';
import { manifestOf, runTool } from './tarballs.mjs';

const directory = join(packed.project, 'node');

/** @param {...string} args */
const command = (...args) =>
  runTool(join(packed.project, 'node_modules/.bin/lguest-sim'), args, directory);

describe('the command, installed', () => {
  it('tells its version and what it can do', () => {
    const said = runTool('npx', ['--no', '--', 'lguest-sim', '--version'], directory);
    expect(said).toContain(manifestOf('cli').version);
    expect(command('--help')).toMatch(/\brun\b[^]*\breplay\b/);
  });

  it('runs the trace that it brings along, and replays it', () => {
    expect(command('run', '--quiet', '--events', 'run.ndjson')).toMatch(/^The run finished\./);
    expect(command('replay', 'run.ndjson')).toMatch(/./);
  });

  it('runs a scenario that it brings along, and makes a report of it', () => {
    command('run', 'zipf', '--quiet', '--report', 'zipf.html');
    expect(readFileSync(join(directory, 'zipf.html'), 'utf8')).toContain('zipf');
  });

  it('loads its parts on demand, also one by one', () => {
    expect(command('fuzz', '--runs', '1')).toMatch(/./);
    const bin = join(packed.project, 'node_modules/lguest-sim/bin/lguest-sim.js');
    const debug = { LGUEST_SIM_DEBUG: '1' };
    const said = runTool(process.execPath, [bin, 'run', '--quiet'], packed.project, debug);
    expect(said).toMatch(/^The run finished\./);
  });
});
