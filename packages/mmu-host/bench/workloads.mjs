// SPDX-License-Identifier: GPL-2.0-or-later
import { KERNEL, SPREAD, SPREAD_PAGES, USER, USER_PAGES } from './machine.mjs';

const F_READ = 0x07;
const F_DIRTY = 0x67;
const FOUR_MIB = 1 << 22;

/** One of the native figures' workloads: `round` does `count` of what is counted. */
const workload = (name, count, prepared, userFlags, round) => ({
  name,
  count,
  prepared,
  userFlags,
  round,
});

function faultUserPages(machine, errorCode) {
  const { mmu } = machine;
  for (let page = 0; page < USER_PAGES; page++) mmu.demandPage(0, USER + page * 4096, errorCode);
  mmu.flushUser(0);
}

function switchOver(machine, processes) {
  const { mmu, gpgdirs } = machine;
  for (let process = 0; process < processes; process++) mmu.newPagetable(0, gpgdirs[process]);
}

export const workloads = [
  workload('fault-read', USER_PAGES, false, F_READ, (machine) => faultUserPages(machine, 4)),
  workload('fault-write', USER_PAGES, false, F_READ, (machine) => faultUserPages(machine, 6)),
  workload('fault-sparse', SPREAD_PAGES, false, F_READ, ({ mmu }) => {
    for (let i = 0; i < SPREAD_PAGES; i++) mmu.demandPage(0, SPREAD + i * FOUR_MIB, 4);
    mmu.flushUser(0);
  }),
  workload('setpte-user', USER_PAGES, true, F_DIRTY, ({ mmu, gpgdirs }) => {
    const gpgdir = gpgdirs[0];
    for (let page = 0; page < USER_PAGES; page++) {
      mmu.setPte(0, gpgdir, USER + page * 4096, ((1024 + page) << 12) | F_DIRTY, 0);
    }
  }),
  workload('setpte-kernel', 512, true, F_DIRTY, ({ mmu, gpgdirs }) => {
    const gpgdir = gpgdirs[0];
    for (let page = 0; page < 512; page++) {
      mmu.setPte(0, gpgdir, KERNEL + page * 4096, (page << 12) | 0x163, 0);
    }
  }),
  workload('switch4', 4 * 64, true, F_DIRTY, (machine) => {
    for (let i = 0; i < 64; i++) switchOver(machine, 4);
  }),
  workload('switch8', 8 * 8, true, F_DIRTY, (machine) => {
    for (let i = 0; i < 8; i++) switchOver(machine, 8);
  }),
  workload('switch8-faults', 8, true, F_DIRTY, ({ mmu, gpgdirs }) => {
    for (let process = 0; process < 8; process++) {
      mmu.newPagetable(0, gpgdirs[process]);
      for (let page = 0; page < 8; page++) mmu.demandPage(0, USER + page * 4096, 4);
      mmu.mapSwitcher(0, 0);
    }
  }),
  workload('migrate', 128, true, F_DIRTY, ({ mmu }) => {
    for (let i = 0; i < 128; i++) mmu.mapSwitcher(0, i & 1);
  }),
  workload('stay', 256, true, F_DIRTY, ({ mmu }) => {
    for (let i = 0; i < 256; i++) mmu.mapSwitcher(0, 0);
  }),
  workload('clearall', 1, true, F_DIRTY, ({ mmu }) => {
    mmu.clearAll(0);
    for (let page = 0; page < 32; page++) mmu.demandPage(0, USER + page * 4096, 4);
    for (let page = 0; page < 32; page++) mmu.demandPage(0, KERNEL + 0x100000 + page * 4096, 2);
    mmu.mapSwitcher(0, 0);
  }),
];
