// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { Need, Right, SeenNeed } from '../src/core/rights.js';

const { present, writable, user, executable, seenByUser, dirty } = Right;

describe('what an access needs', () => {
  it('is made of the rights that its comment names', () => {
    expect(Need).toEqual({
      userFetch: present | user | executable,
      userLoad: present | user,
      userStore: present | user | writable | dirty,
      fetch: present | executable,
      load: present,
      store: present | writable | dirty,
    });
  });

  it('is, in the hot loop, to have been seen as well', () => {
    expect(SeenNeed).toEqual({
      userFetch: Need.userFetch | seenByUser,
      userLoad: Need.userLoad | seenByUser,
      userStore: Need.userStore | seenByUser,
    });
  });

  it('shares no bit with the page number of a tag', () => {
    for (const need of Object.values(SeenNeed)) expect(need & ~0xfff).toBe(0);
  });
});
