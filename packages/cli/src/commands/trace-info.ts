// SPDX-License-Identifier: GPL-2.0-or-later
import { countLogs } from '@lguest-sim/trace';
import { openLogs } from '@lguest-sim/trace/node';
import type { ExitCode } from '../exit-code.js';
import { writeOut } from '../output/standard-output.js';
import { traceInfo } from '../report/trace-info.js';
import { unlessInterrupted } from './unless-interrupted.js';

/**
 * `lguest-sim trace info`: reads all of a trace, and writes what is in it.
 * @throws TraceError for one that cannot be read, is malformed or damaged
 */
export async function showTraceInfo(path: string): Promise<ExitCode> {
  return await unlessInterrupted(async (signal) => {
    const file = await openLogs(path, { signal });
    const count = await countLogs(file);
    await writeOut(traceInfo(file.name, file.bytesRead(), count));
  });
}
