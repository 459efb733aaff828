// SPDX-License-Identifier: GPL-2.0-or-later
import { Bus, VirtualClock, type Message } from '@lguest-sim/bus';
import { HostMemory } from '@lguest-sim/x86';
import { expect, test } from 'vitest';
import { LauncherActor, LauncherMemory } from '../src/index.js';

function makeRig() {
  const host = new HostMemory(64);
  const bus = new Bus(new VirtualClock(2));
  const memory = new LauncherMemory(host, 8);
  const heard: Message[] = [];
  bus.handle('initialize', 5, (message) => heard.push(message));
  bus.handle('guest-closed', 0, (message) => heard.push(message));
  const actor = new LauncherActor({ bus, guest: 5, memory, start: 0x100000 });
  return { host, bus, memory, heard, actor };
}

test('started, it hands its guest to the hypervisor', () => {
  const { bus, heard } = makeRig();
  bus.publish({ topic: 'start-launcher', cpu: 1, guest: 5 });
  expect(heard).toEqual([{ topic: 'initialize', cpu: 1, guest: 5, pages: 8, start: 0x100000 }]);
});

test('told that the guest is dead, it gives the memory back and says so', () => {
  const { host, bus, memory, heard } = makeRig();
  const used = host.used;
  memory.setState(0, 8, 'private');
  bus.publish({ topic: 'guest-dead', cpu: 0, guest: 5, reason: 'bad read', powerOff: false });
  expect(host.used).toBe(used);
  expect(heard).toEqual([
    { topic: 'guest-closed', cpu: 0, guest: 5, reason: 'bad read', powerOff: false },
  ]);
});

test('stopped, it hears nothing any more', () => {
  const { bus, actor } = makeRig();
  actor.stop();
  expect(() => bus.publish({ topic: 'start-launcher', cpu: 0, guest: 5 })).toThrow(
    'nobody handles it',
  );
});
