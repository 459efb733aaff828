// SPDX-License-Identifier: GPL-2.0-or-later
import type { EvictionPolicy, EvictionSetting, EvictionView } from '@lguest-sim/mmu-host';
import { Guard, isBelow } from './guard.js';
import type { EvictionPlugin } from './plugin.js';

/**
 * Makes a guest's eviction policy, of which wrong answers are told as the plug-in's.
 * @throws PluginError, now and whenever it is asked
 */
export function guardedEviction(plugin: EvictionPlugin, setting: EvictionSetting): EvictionPolicy {
  const guard = new Guard(plugin);
  const policy = guard.made(() => plugin.make(setting), ['choose', 'taken?', 'used?']);
  const isSlot = isBelow(setting.slots);
  const tell =
    (member: 'taken' | 'used') =>
    (slot: number): void => {
      guard.tell(
        () => `${member}(${slot})`,
        () => policy[member]?.(slot),
      );
    };
  return {
    choose: (view) =>
      guard.ask({
        asked: () => `choose(${viewText(view)})`,
        expected: `a slot from 0 to ${setting.slots - 1}`,
        ask: () => policy.choose(view),
        isRight: isSlot,
      }),
    ...(policy.taken && { taken: tell('taken') }),
    ...(policy.used && { used: tell('used') }),
    ...guard.state(policy),
  };
}

function viewText({ slots, current }: EvictionView): string {
  return `slots ${slots}, current ${current}`;
}
