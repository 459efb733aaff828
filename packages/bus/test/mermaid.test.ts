// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';
import { setup } from 'xstate';
import { mermaidOf } from '../src/index.js';

it('a machine is drawn with its initial, nested and final states and its events', () => {
  const machine = setup({}).createMachine({
    id: 'kettle',
    initial: 'off',
    states: {
      off: { on: { SWITCH: 'on', KICK: 'on', LOOK: {} } },
      on: {
        initial: 'warm',
        on: { SWITCH: 'off', BREAK: 'broken' },
        states: { warm: { on: { BOIL: 'hot' } }, hot: {} },
      },
      broken: { type: 'final' },
    },
  });
  expect(mermaidOf(machine)).toBe(`stateDiagram-v2
  [*] --> off
  off --> on: SWITCH, KICK
  off --> off: LOOK
  state on {
    [*] --> on_warm
    on_warm --> on_hot: BOIL
  }
  on --> off: SWITCH
  on --> broken: BREAK
  broken --> [*]`);
});
