// SPDX-License-Identifier: GPL-2.0-or-later
import type { MigrationPolicy, MigrationSetting } from '../migration-policy.js';
import { Guard, isBelow } from './guard.js';
import type { MigrationPlugin } from './plugin.js';
import { got } from './plugin-error.js';

/**
 * Makes a machine's migration policy, of which wrong answers are told as the plug-in's.
 * @throws PluginError, now and whenever it is asked
 */
export function guardedMigration(
  plugin: MigrationPlugin,
  setting: MigrationSetting,
): MigrationPolicy {
  const guard = new Guard(plugin);
  const policy = guard.made(() => plugin.make(setting), ['first', 'woken', 'next']);
  const { steals } = policy;
  if (typeof steals !== 'boolean') {
    throw guard.error('make().steals', 'true or false', got(steals));
  }
  const answer = (asked: () => string, ask: () => number): number =>
    guard.ask({
      asked,
      expected: `a host CPU from 0 to ${setting.cpus - 1}`,
      ask,
      isRight: isBelow(setting.cpus),
    });
  return {
    first: (guest, view) =>
      answer(
        () => `first(guest ${guest})`,
        () => policy.first(guest, view),
      ),
    woken: (guest, last, view) =>
      answer(
        () => `woken(guest ${guest}, CPU ${last})`,
        () => policy.woken(guest, last, view),
      ),
    next: (guest, cpu, view) =>
      answer(
        () => `next(guest ${guest}, CPU ${cpu})`,
        () => policy.next(guest, cpu, view),
      ),
    steals,
    ...guard.state(policy),
  };
}
