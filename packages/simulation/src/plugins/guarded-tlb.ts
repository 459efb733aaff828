// SPDX-License-Identifier: GPL-2.0-or-later
import type { TlbPolicy, TlbPolicySetting } from '@lguest-sim/cpu';
import { Guard, isBelow } from './guard.js';
import type { TlbPlugin } from './plugin.js';

const members = ['victim', 'filled?', 'hit?', 'dropped?', 'flushed?'];

/**
 * Makes a TLB's policy, of which wrong answers are told as the plug-in's.
 * @throws PluginError, now and whenever it is asked
 */
export function guardedTlbPolicy(plugin: TlbPlugin, setting: TlbPolicySetting): TlbPolicy {
  const guard = new Guard(plugin);
  const policy = guard.made(() => plugin.make(setting), members);
  const isWay = isBelow(setting.ways);
  const tell = (member: 'filled' | 'hit' | 'dropped') => (set: number, way: number) => {
    guard.tell(
      () => `${member}(set ${set}, way ${way})`,
      () => policy[member]?.(set, way),
    );
  };
  return {
    victim: (set) =>
      guard.ask({
        asked: () => `victim(set ${set})`,
        expected: `a way from 0 to ${setting.ways - 1}`,
        ask: () => policy.victim(set),
        isRight: isWay,
      }),
    filled: tell('filled'),
    hit: tell('hit'),
    dropped: tell('dropped'),
    flushed: () =>
      guard.tell(
        () => 'flushed()',
        () => policy.flushed?.(),
      ),
    ...guard.state(policy),
  };
}
