// SPDX-License-Identifier: GPL-2.0-or-later
import { PageUse } from '../access-packets.js';

/** By access kind, or MODIFY: what a record of that kind does with its pages. */
export const USES_OF_KIND: readonly number[] = [
  PageUse.fetch,
  PageUse.load,
  PageUse.store,
  PageUse.load | PageUse.store,
];
