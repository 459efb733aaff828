// SPDX-License-Identifier: GPL-2.0-or-later
import { CheckFailure, ConfigError, configure, defaultConfig } from '@lguest-sim/simulation';
import type { SimulationConfig } from '@lguest-sim/simulation';
import { TraceError } from '@lguest-sim/trace';
import { describe, expect, it } from 'vitest';
import { checkError } from '../src/commands/check-error.js';
import { optionError, usageError } from '../src/errors.js';
import { describeFailure } from '../src/failure.js';

describe('what a user hears of an error', () => {
  it('is the option and what was expected', () => {
    expect(describeFailure(optionError('cpus', 'a number', 'x'))).toEqual({
      exitCode: 2,
      line: 'lguest-sim: --cpus: expected a number, got "x"',
    });
    expect(describeFailure(usageError('nothing asked', 'see --help')).line).toBe(
      'lguest-sim: nothing asked (see --help)',
    );
  });

  it('calls a setting of the simulation by its option', () => {
    const error = new ConfigError('tlb.ways', 'a power of two', 3);
    expect(describeFailure(error)).toEqual({
      exitCode: 2,
      line: 'lguest-sim: --tlb: expected a power of two, got 3 (see lguest-sim run --help)',
    });
  });

  it('is a trace’s file and line', () => {
    const error = new TraceError('TRACE_MALFORMED', 'a.lackey', 'expected b', {
      line: 7,
      hint: 'try c',
    });
    expect(describeFailure(error)).toEqual({
      exitCode: 2,
      line: 'lguest-sim: a.lackey:7: expected b (try c)',
    });
  });

  it('is where a check failed, and how to see it again', () => {
    const request = { ...nothing, traces: ['a.gz', 'the b.gz'], trees: [['x'], ["y's"]] };
    const error = checkError(failureWith({ cpus: 2, seed: 7 }), request);
    expect(describeFailure(error)).toEqual({
      exitCode: 1,
      line:
        'lguest-sim: check failed: guest 1, process 3 (job/12), access 40: load at 0x8050000: ' +
        'expected 0x03000001, found 0x00 (to reproduce: lguest-sim run --check --audit off --cpus 2 ' +
        '--guests 1 --memory 64M --guest-slice 50000 --zeroing eager ' +
        '--migrate round-robin --slice 100000 --seed 7 ' +
        '--paging two-level --fidelity mended --tlb 64x4 --tlb-policy lru --evict random ' +
        "--trace a.gz 'the b.gz' --tree x --tree 'y'\\''s')",
    });
  });

  it('tells what was planned, and what things cost if not as usual', () => {
    const config = {
      cpus: 2,
      hotplug: [{ at: 5, cpu: 1, state: 'offline' }],
      costs: { ...defaultConfig.costs, hypercall: 7 },
      migrate: 'schedule',
      schedule: [{ at: 0, guest: 0, cpu: 1 }],
    } as const;
    const request = { ...nothing, schedule: 'my moves.yaml' };
    const { line } = describeFailure(checkError(failureWith(config), request));
    for (const option of ['--offline 1@5', '--cost hypercall=7', "--schedule 'my moves.yaml'"]) {
      expect(line).toContain(` ${option}`);
    }
  });

  it('leaves to a scenario what only that can say', () => {
    const groups = [{ count: 2, memoryBytes: 16 * 2 ** 20 }, { count: 1 }];
    const request = { ...nothing, scenario: 'ring.yaml', config: { guestSlice: 9000 } };
    const { line } = describeFailure(
      checkError(failureWith({ groups, guestSlice: 9000 }), request),
    );
    expect(line).toContain(
      '(to reproduce: lguest-sim run ring.yaml --check --audit off --cpus 1 --guest-slice 9000 --migrate ',
    );
  });

  it('is a defect for anything else, with no stack', () => {
    const { exitCode, line } = describeFailure(new RangeError('no such slot'));
    expect(exitCode).toBe(1);
    expect(line).toMatch(/^lguest-sim: internal error: no such slot \(.*LGUEST_SIM_DEBUG/);
  });

  it('is one line, and nothing of it commands a terminal', () => {
    const { line } = describeFailure(usageError('a\nb\r\n\u001b[2Jc\u009b'));
    expect(line).toBe('lguest-sim: a\\x0ab\\x0d\\x0a\\x1b[2Jc\\x9b');
  });
});

const nothing = {
  costs: undefined,
  hotplug: undefined,
  schedule: undefined,
  config: {},
  scenario: undefined,
  traces: undefined,
  trees: undefined,
  json: undefined,
  quiet: false,
};

function failureWith(given: Partial<SimulationConfig>): CheckFailure {
  const config = configure({ ...given, check: true });
  const place = { guest: 1, process: 3, trace: 'job/12', position: 40, address: 0x8050000 };
  return new CheckFailure({ ...place, expected: '0x03000001', found: '0x00' }, config);
}
