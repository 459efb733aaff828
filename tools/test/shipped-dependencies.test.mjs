// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { shippedDependencies } from '../shipped-dependencies.mjs';

describe('what is shipped with the packages from elsewhere', () => {
  const shipped = shippedDependencies();

  it('is known', () => {
    const names = shipped.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['rxjs', 'tslib', 'xstate', 'yaml', 'yargs']));
  });

  it.each(shipped)('$name $version runs nothing when it is installed', ({ installs }) => {
    expect(installs).toEqual([]);
  });

  it.each(shipped)('$name $version is pinned to its bytes by the lockfile', ({ isPinned }) => {
    expect(isPinned).toBe(true);
  });

  it.each(shipped)('$name $version may be shipped with a work under the GPL', ({ license }) => {
    expect(license).toMatch(/^(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0)$/);
  });
});
