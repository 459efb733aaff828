// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlannedMessageFault } from '@lguest-sim/bus';
import { ConfigError } from '../config-error.js';
import type { HotplugEntry } from '../plan.js';
import type { Injection, MachineFault, OfflineFault } from './injection.js';
import { parseInjection } from './parse-injection.js';

/** What is injected into a run, by where it takes effect. */
export interface Injections {
  readonly messages: readonly PlannedMessageFault[];
  /** At a time, in order of time. */
  readonly machine: readonly MachineFault[];
  readonly offline: readonly OfflineFault[];
}

/** What the texts have to fit. */
interface Machine {
  readonly cpus: number;
  readonly guests: number;
  readonly inject: readonly string[];
}

/**
 * Reads what is injected.
 * @throws ConfigError for the first that is not to be understood or does not fit the machine
 */
export function readInjections({ cpus, guests, inject }: Machine): Injections {
  if (!Array.isArray(inject)) throw new ConfigError('inject', 'a list', inject);
  const all = inject.map((text, index) => {
    const option = `inject[${index}]`;
    const injection = parseInjection(option, text);
    checkNumbers(option, injection, { cpus, guests });
    return injection;
  });
  return {
    messages: all.filter((one) => isOneOf(one, ['drop', 'double', 'delay'])),
    machine: all
      .filter((one) => isOneOf(one, ['frames', 'vanish', 'readonly', 'fail-once']))
      .sort((a, b) => a.at - b.at),
    offline: all.filter((one) => isOneOf(one, ['offline'])),
  };
}

function isOneOf<const Kind extends Injection['kind']>(
  injection: Injection,
  kinds: readonly Kind[],
): injection is Extract<Injection, { readonly kind: Kind }> {
  return kinds.some((kind) => kind === injection.kind);
}

function checkNumbers(
  option: string,
  injection: Injection,
  { cpus, guests }: Pick<Machine, 'cpus' | 'guests'>,
): void {
  if ('cpu' in injection && injection.cpu >= cpus) {
    throw new ConfigError(option, `a host CPU below ${cpus}`, injection.cpu);
  }
  if ('nth' in injection && injection.nth === 0) {
    throw new ConfigError(option, 'messages to be counted from 1', 0);
  }
  if (!('guest' in injection)) return;
  const { guest, first, last } = injection;
  if (guest >= guests) throw new ConfigError(option, `a guest below ${guests}`, guest);
  if (first > last) throw new ConfigError(option, `pages from ${first} on`, last);
}

/** The host CPUs that go and come, with those that an injection takes offline. */
export function withOffline(
  hotplug: readonly HotplugEntry[],
  { offline }: Injections,
): readonly HotplugEntry[] {
  const injected = offline.map(({ cpu, at }): HotplugEntry => ({ at, cpu, state: 'offline' }));
  return injected.length === 0 ? hotplug : [...hotplug, ...injected].sort((a, b) => a.at - b.at);
}
