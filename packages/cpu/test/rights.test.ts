// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { Need, Right } from '../src/index.js';

const { present, writable, user, executable, seenByUser, dirty } = Right;

describe('what an access needs', () => {
  it('is made of the rights that its comment names', () => {
    expect(Need).toEqual({
      userFetch: present | user | executable | seenByUser,
      userLoad: present | user | seenByUser,
      userStore: present | user | seenByUser | writable | dirty,
      fetch: present | executable,
      load: present,
      store: present | writable | dirty,
    });
  });

  it('shares no bit with the page number of a tag', () => {
    for (const need of Object.values(Need)) expect(need & ~0xfff).toBe(0);
  });
});
