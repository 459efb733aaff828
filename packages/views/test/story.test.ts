// SPDX-License-Identifier: GPL-2.0-or-later
import { Simulation, type SimulationConfig, type TraceInput } from '@lguest-sim/simulation';
import { lackeySource } from '@lguest-sim/trace';
import { describe, expect, it } from 'vitest';
import { checkFault, type Verdict } from '../src/story/guest-checks.js';
import { noMarks, storyMarkdown, storyText, terminalMarks } from '../src/story/render.js';
import { Scene } from '../src/story/scene.js';
import type { Change, Line, Story } from '../src/story/story.js';
import { Storyteller, type Wanted } from '../src/story/storyteller.js';
import { busy, work } from './support/run.js';

/** The facts sheet's examples: four host CPUs, so that the Switcher is where it is there. */
const example: Partial<SimulationConfig> = { cpus: 4, migrate: 'round-robin', slice: 100_000 };
const pinned: Partial<SimulationConfig> = { ...example, migrate: 'pinned' };
const VADDR = 0x08049123;

function traceOf(text: string): TraceInput {
  async function* chunks() {
    yield Uint8Array.from(text, (character) => character.charCodeAt(0));
    await Promise.resolve();
  }
  return { name: 't', open: () => Promise.resolve(lackeySource(chunks(), { name: 't' })) };
}

/** One write, as in the facts sheet. */
const write = () => [traceOf(` S ${VADDR.toString(16)},1\n`)];

/**
 * Takes A and D out of the guest's leaf for VADDR at a trap there. A guest kernel like Linux sets them
 * when it maps a page for an access; that of the facts sheet's example has not.
 */
function withoutAccessedAndDirty(simulation: Simulation): void {
  simulation.messages$.subscribe(({ message }) => {
    if (message.topic !== 'trap' || message.address !== VADDR) return;
    const scene = new Scene(simulation.parts, message.guest);
    const leaf = scene.guestWalk(VADDR).at(-1)!;
    if (leaf.present) scene.machine.memory.writeWord(leaf.address, leaf.low & ~0x60);
  });
}

async function storyOf(
  wanted: Wanted,
  config: Partial<SimulationConfig>,
  prepare: (simulation: Simulation) => void = () => {},
): Promise<Story> {
  const simulation = new Simulation(config, write());
  prepare(simulation);
  const teller = new Storyteller(simulation.parts, wanted);
  simulation.messages$.subscribe((envelope) => teller.observe(envelope));
  await simulation.run();
  await simulation.close();
  if (teller.story === undefined) throw new Error(`only ${teller.found} found`);
  return teller.story;
}

const lines = (story: Story): readonly Line[] => story.steps.flatMap((step) => step.lines);
const changes = (story: Story): Change[] =>
  lines(story).filter((line): line is Change => line.kind === 'change');
const changed = (story: Story, name: string): [string, string][] =>
  changes(story)
    .filter((change) => change.name === name)
    .map(({ before, after }) => [before, after]);
const valueOf = (story: Story, name: string): string | undefined => {
  const line = lines(story).find((one) => 'name' in one && one.name === name);
  return line !== undefined && 'value' in line ? line.value : undefined;
};

describe('worked example 11.1: the first write fault', () => {
  // Its guest kernel has mapped the page already: that is the second fault there.
  const second: Wanted = { kind: 'fault', number: 2, page: VADDR >>> 12 };

  it('takes the steps of the facts sheet', async () => {
    const story = await storyOf(second, pinned);
    expect(story.steps.map(({ topic }) => topic)).toEqual([
      'trap',
      'guest-exit',
      'demand-page',
      'shadow-done',
      'map-switcher',
      'switcher-mapped',
      'enter-guest',
      'guest-entered',
    ]);
    // 1: shadow entry 32 is not there; error 6, CR2. 2: gate and stack of CPU 0.
    expect(story.title).toBe('Page fault 2: process 0 (t) of guest 0 writes 0x08049123');
    expect(valueOf(story, 'error code')).toBe('0x6');
    expect(valueOf(story, 'gate')).toBe('0xfff5d0f8');
    expect(valueOf(story, 'stack')).toBe('0xfff5d000');
    expect(
      story.steps[1]!.lines.find((line) => 'name' in line && line.name === 'ss'),
    ).toMatchObject({
      note: 'at 0xfff5cffc',
    });
    // 3: last_pagefault; the host's CR3.
    expect(story.steps[1]!.title).toContain("loaded the host's CR3");
  });

  it('makes the checks and writes the entries of the facts sheet, and no others', async () => {
    const story = await storyOf(second, pinned, withoutAccessedAndDirty);
    const checks = lines(story).filter((line) => line.kind === 'check');
    expect(checks.every(({ passed }) => passed)).toBe(true);
    expect(checks.map(({ what }) => what)).toEqual([
      '0x08049123 is below the Switcher at 0xfff5b000',
      'guest top[32] is present',
      'guest top[32] has no flags but those in 0x67: 0x67',
      expect.stringMatching(/^pfn 0x\w+ is below pfn_limit 0x4000$/),
      'guest top[32] has RW, for the write',
      'guest top[32] has USER, for ring 3',
      'guest leaf[73] is present',
      'guest leaf[73] has RW, for the write',
      'guest leaf[73] has USER, for ring 3',
      'guest leaf[73] is no large page: bit 7 is clear',
      expect.stringMatching(/^pfn 0x\w+ is below pfn_limit 0x4000$/),
    ]);
    // 5: the directory entry takes the guest's flags. 6: the leaf. 7: A and D in the guest's.
    expect(changed(story, 'shadow top[32]')).toEqual([
      ['0x00000000', expect.stringMatching(/067$/)],
    ]);
    expect(changed(story, 'shadow leaf[73]')).toEqual([
      ['0x00000000', expect.stringMatching(/067$/)],
    ]);
    const [[before, after]] = changed(story, 'guest leaf[73]') as [[string, string]];
    expect(before).toMatch(/007$/);
    expect(after).toBe(before.replace(/007$/, '067'));
    expect(changed(story, 'shadow table pages of the guest')).toHaveLength(1);
    const entries = changes(story).filter(({ at }) => at !== undefined);
    expect(entries.map(({ name }) => name).sort()).toEqual([
      'guest leaf[73]',
      'shadow leaf[73]',
      'shadow top[32]',
    ]);
  });

  it('loads CR3 twice and puts 256 where the trap number was', async () => {
    const story = await storyOf(second, example);
    const loads = changes(story).filter(({ name }) => name.startsWith('CR3 of'));
    expect(loads).toHaveLength(2);
    expect(loads[1]).toMatchObject({ before: loads[0]!.after, after: loads[0]!.before });
    expect(changed(story, 'trapnum in the regs page').at(-1)![1]).toBe('256');
    expect(valueOf(story, 'remap')).toBe('skipped');
  });

  it('is two tables under PAE, of which the top entry has P alone', async () => {
    const story = await storyOf(second, { ...pinned, paging: 'pae' }, withoutAccessedAndDirty);
    expect(changed(story, 'shadow middle[64]')).toEqual([
      ['0x0000000000000000', expect.stringMatching(/067$/)],
    ]);
    expect(changed(story, 'shadow leaf[73]')[0]![1]).toMatch(/^0x00000000\w+067$/);
    expect(changed(story, 'guest leaf[73]')[0]![1]).toMatch(/067$/);
  });

  it('is the guest’s own the first time: CR2 is stored, and its kernel’s handler runs next', async () => {
    const story = await storyOf({ ...second, number: 1 } as Wanted, example);
    expect(story.steps.map(({ topic }) => topic)).toContain('guest-trap');
    expect(changed(story, 'lguest_data.cr2').at(-1)![1]).toBe('0x08049123');
    expect(
      lines(story)
        .filter((line) => line.kind === 'check')
        .at(-1),
    ).toMatchObject({ passed: false });
  });
});

describe('worked example 11.2: migration from CPU 0 to CPU 1', () => {
  it('changes four leaves of the Switcher’s table, copies the state, and loads CR3', async () => {
    const simulated = { ...example, cpus: 4, guests: 1, slice: 20_000 };
    // The first one on a table that has been on one CPU only: neither fresh nor cleared.
    for (let number = 1; number < 20; number++) {
      const story = await storyOf({ kind: 'migration', number }, simulated);
      if (!story.title.endsWith('goes from CPU 0 to CPU 1')) continue;
      if (valueOf(story, 'remap') !== 'targeted') continue;
      const state = (name: string) => changed(story, name)[0];
      const regs = state('shadow leaf[860], regs page of CPU 0')!;
      expect(regs[0]).toMatch(/063$/);
      expect(regs[1]).toBe('0x00000000');
      expect(state('shadow leaf[861], state page of CPU 0')).toEqual([
        expect.stringMatching(/061$/),
        '0x00000000',
      ]);
      // The same page is now CPU 1's.
      expect(state('shadow leaf[862], regs page of CPU 1')).toEqual(['0x00000000', regs[0]]);
      expect(state('shadow leaf[863], state page of CPU 1')).toEqual([
        '0x00000000',
        expect.stringMatching(/061$/),
      ]);
      expect(changes(story).filter(({ at }) => at !== undefined)).toHaveLength(4);
      expect(state('last_host_cpu of the slot')).toEqual(['0', '1']);
      expect(state('last_pages')).toEqual(['CPU 0', 'CPU 1']);
      expect(changed(story, 'changed')).toEqual([
        ['0', '3'],
        ['3', '0'],
      ]);
      expect(changes(story).filter(({ name }) => name.startsWith('holds on the regs'))).toEqual([]);
      return;
    }
    throw new Error('no such migration among the first 20');
  });
});

describe('the checks of a story', () => {
  it.each<Partial<SimulationConfig>>([
    {},
    { paging: 'pae' },
    { fidelity: 'original' },
    { guests: 1, cpus: 1, migrate: 'pinned' },
  ])('come to what the shadow MMU comes to, for every fault of a run with %o', async (more) => {
    const simulation = new Simulation({ ...busy, ...more }, work());
    const verdicts: Verdict['outcome'][] = [];
    const pending = new Map<number, Verdict['outcome']>();
    simulation.messages$.subscribe(({ message }) => {
      const { topic, guest } = message;
      if (topic === 'demand-page') {
        const scene = new Scene(simulation.parts, guest);
        pending.set(guest, checkFault(scene, message.address, message.errorCode).outcome);
      } else if (topic === 'shadow-done' && pending.has(guest)) {
        const outcome = pending.get(guest)!;
        pending.delete(guest);
        expect(message.fixed).toBe(outcome === 'fixed');
        verdicts.push(outcome);
      }
    });
    await simulation.run();
    await simulation.close();
    expect(verdicts.length).toBeGreaterThan(100);
    expect(new Set(verdicts)).toEqual(new Set(['fixed', 'guest']));
  });
});

describe('a story', () => {
  it('changes nothing in the run', async () => {
    const resultOf = async (telling: boolean) => {
      const simulation = new Simulation(busy, work());
      const teller = new Storyteller(simulation.parts, { kind: 'fault', number: 150 });
      if (telling) simulation.messages$.subscribe((envelope) => teller.observe(envelope));
      await simulation.run();
      expect(teller.story !== undefined).toBe(telling);
      await simulation.close();
      return simulation.result();
    };
    expect(await resultOf(true)).toEqual(await resultOf(false));
  });

  it('has the same numbers as text, with colours, and in Markdown', async () => {
    const story = await storyOf({ kind: 'fault', number: 2, page: VADDR >>> 12 }, example);
    const text = storyText(story, noMarks);
    expect(storyText(story, terminalMarks).replace(/\u001b\[\d+m/g, '')).toBe(text);
    expect(storyText(story, terminalMarks)).not.toBe(text);
    const markdown = storyMarkdown(story);
    for (const { before, after } of changes(story)) {
      expect(text).toContain(`${before} -> ${after}`);
      expect(markdown).toContain(`\`${before}\` → **\`${after}\`**`);
    }
  });
});
