// SPDX-License-Identifier: GPL-2.0-or-later
import { Register, StatePage, registersAddress, stateAddress, stubAddress } from '@lguest-sim/abi';
import type { Message, Topic } from '@lguest-sim/bus';
import { checkFault } from './guest-checks.js';
import type { Scene, TableEntry } from './scene.js';
import { fact, type EntryLine, type Line } from './story.js';
import { entry, entryWords, errorCodeWords, word } from './words.js';

/** What is told of a message before it is handled. */
export interface Told {
  readonly who: string;
  readonly title: string;
  readonly lines: readonly Line[];
}

type Teller<T extends Topic> = (message: Message<T>, scene: Scene) => Told;

const GATE_BYTES = 8;
const PAGE_FAULT = 14;

/** How each message of a story is told; of the others it is only said that they were. */
const tellers: { readonly [T in Topic]?: Teller<T> } = {
  trap: ({ cpu, vector, errorCode, address }, scene) => ({
    who: `CPU ${cpu}`,
    title:
      vector === PAGE_FAULT
        ? `walks its tables for ${word(address)}, cannot, and traps through gate ${vector}`
        : `traps through gate ${vector}`,
    lines: [
      ...hardwareWalk(cpu, vector, address, scene),
      ...trapFacts(cpu, vector, errorCode, scene),
    ],
  }),
  'guest-exit': ({ cpu, trapNumber }, scene) => ({
    who: 'hypervisor',
    title: `takes trap ${trapNumber} from the Switcher, which saved the registers and loaded the host's CR3`,
    lines: savedRegisters(cpu, scene),
  }),
  'demand-page': ({ address, errorCode }, scene) => {
    const { checks, outcome } = checkFault(scene, address, errorCode);
    const says = {
      fixed: 'allow it, and it makes the entry',
      guest: "do not allow it: the fault is the guest's own",
      kill: 'are not to be trusted: the guest is killed',
    }[outcome];
    const entries = scene.guestWalk(address).map((one) => entryLine(scene, 'guest', one, 'gpa'));
    return {
      who: 'shadow MMU',
      title: `asks the guest's tables (demand_page): they ${says}`,
      lines: [...entries, ...checks],
    };
  },
  'shadow-done': ({ fixed }) => ({
    who: 'hypervisor',
    title: fixed
      ? 'hears that it is done, and looks for hypercalls and interrupts'
      : "hears that it is the guest's own, and hands it to the guest's kernel",
    lines: [fact('fixed', String(fixed))],
  }),
  'guest-trap': ({ vector, errorCode, address }) => ({
    who: 'guest kernel',
    title: `will run its handler of trap ${vector} next`,
    lines: [fact('error code', `0x${errorCode.toString(16)}`), fact('CR2', word(address))],
  }),
  migrated: ({ cpu, from }, scene) => ({
    who: 'host scheduler',
    title: `lets the vCPU go on on CPU ${cpu}: it ran on CPU ${from} before`,
    lines: [
      fact('regs page', `host page 0x${scene.machine.vcpu.state.registersFrame.toString(16)}`),
      fact('slot', String(scene.vcpu.slot), `gpgdir ${word(scene.slot.gpgdir)}`),
    ],
  }),
  'run-vcpu': ({ cpu }) => ({
    who: 'hypervisor',
    title: `runs the vCPU's loop on CPU ${cpu}`,
    lines: [],
  }),
  'map-switcher': ({ cpu }, scene) => ({
    who: 'shadow MMU',
    title: `makes the table fit for CPU ${cpu} (map_switcher_in_guest), interrupts off`,
    lines: scene
      .switcherEntries()
      .map(([name, one]) => entryLine(scene, `shadow ${name},`, one, 'hpa')),
  }),
  'switcher-mapped': ({ remap }) => ({
    who: 'hypervisor',
    title: `completes the CPU's state page (copy_in_guest_info)`,
    lines: [fact('remap', remap, remapWords[remap])],
  }),
  'enter-guest': ({ cpu, cr3 }, scene) => ({
    who: 'Switcher',
    title: `loads the shadow table into CR3, which empties the TLB, and pops the registers`,
    lines: [
      fact('CR3', word(cr3), `table of slot ${scene.vcpu.slot}`),
      fact('host CPU', `CPU ${cpu}`),
    ],
  }),
  'guest-entered': ({ cpu }, scene) => ({
    who: `CPU ${cpu}`,
    title: 'is in the guest again',
    lines: [
      fact('eip', word(scene.register(Register.eip))),
      fact('ring', String(scene.register(Register.cs) & 3)),
    ],
  }),
  'guest-killed': ({ reason }) => ({ who: 'host', title: `kills the guest: ${reason}`, lines: [] }),
  'guest-dead': ({ reason }) => ({
    who: 'Launcher',
    title: `reads that the guest is dead: ${reason}`,
    lines: [],
  }),
};

const remapWords = {
  skipped: 'the entries were right',
  targeted: "one CPU's two entries taken out, another's put in",
  full: "every CPU's entries taken out, one's put in",
} as const;

/** Tells a message, before it is handled. */
export function tell<T extends Topic>(message: Message<T>, scene: Scene): Told {
  const teller = tellers[message.topic as T] as Teller<T> | undefined;
  return teller?.(message, scene) ?? { who: 'host', title: message.topic, lines: [] };
}

function hardwareWalk(cpu: number, vector: number, address: number, scene: Scene): Line[] {
  if (vector !== PAGE_FAULT) return [];
  const { core } = scene.parts.host.cpus[cpu]!;
  const { format } = scene.parts.host;
  const { steps } = core.inspectWalk(core.cr3, address);
  const entries = steps.map(({ level, index, entryAddress, low, high }): EntryLine => ({
    kind: 'entry',
    name: `shadow ${level}[${index}]`,
    at: `hpa ${word(entryAddress)}`,
    value: entry(format, low, high),
    flags: entryWords(low, high),
  }));
  return [fact('CR3', word(core.cr3), `slot ${scene.vcpu.slot}`), ...entries];
}

function trapFacts(cpu: number, vector: number, errorCode: number, scene: Scene): Line[] {
  const { layout } = scene.parts.host;
  const gate = stateAddress(layout, cpu) + StatePage.guestIdt + vector * GATE_BYTES;
  const stack = registersAddress(layout, cpu) + 4096;
  const frame = scene.machine.vcpu.state.registersFrame;
  return [
    fact('error code', `0x${errorCode.toString(16)}`, errorCodeWords(errorCode)),
    fact(
      'gate',
      word(gate),
      `in CPU ${cpu}'s state page; leads to ${word(stubAddress(layout, vector))} in the Switcher`,
    ),
    fact(
      'stack',
      word(stack),
      `ring 0, top of the regs page (host page 0x${frame.toString(16)}): the registers go there`,
    ),
  ];
}

function savedRegisters(cpu: number, scene: Scene): Line[] {
  const names = ['eip', 'cs', 'eflags', 'esp', 'ss', 'trapNumber', 'errorCode'] as const;
  const base = registersAddress(scene.parts.host.layout, cpu) + 4096 - 72;
  return names.map((name) =>
    fact(name, word(scene.register(Register[name])), `at ${word(base + 4 * Register[name])}`),
  );
}

function entryLine(scene: Scene, whose: string, one: TableEntry, space: string): EntryLine {
  return {
    kind: 'entry',
    name: `${whose} ${one.level.name}[${one.index}]`,
    at: `${space} ${word(one.address)}`,
    value: entry(scene.parts.host.format, one.low, one.high),
    flags: entryWords(one.low, one.high),
  };
}
