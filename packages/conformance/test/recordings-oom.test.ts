// SPDX-License-Identifier: GPL-2.0-or-later
import { checkRecordings } from './support/check-recordings.js';

checkRecordings('oom');
