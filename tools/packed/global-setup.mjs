// SPDX-License-Identifier: GPL-2.0-or-later
// Before all tests of what is packed: packs every package, installs them, and compiles the examples.
// Afterwards nothing of it is left.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, install, writeSources } from './project.mjs';
import { packAll } from './tarballs.mjs';

/** @param {import('vitest/node').TestProject} tests */
export default function setup(tests) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'lguest-sim-packed-')));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const places = { tarballs: join(directory, 'tarballs'), project: join(directory, 'project') };
    for (const place of Object.values(places)) mkdirSync(place);
    packAll(places.tarballs);
    install(places.project, places.tarballs);
    writeSources(places.project);
    const complaints = compile(places.project);
    tests.provide(
      /** @type {never} */ ('packed'),
      /** @type {never} */ ({ ...places, complaints }),
    );
  } catch (error) {
    remove();
    throw error;
  }
  return remove;
}
