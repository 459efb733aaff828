// SPDX-License-Identifier: GPL-2.0-or-later
import { packFiles } from '@lguest-sim/trace/node';
import type { ExitCode } from '../exit-code.js';
import { filesAt } from '../input/given-workload.js';
import type { PackRequest } from '../options/trace-options.js';
import { openOutputTarget } from '../output/output-target.js';
import { unlessInterrupted } from './unless-interrupted.js';

/**
 * `lguest-sim trace pack`.
 * @throws CommandError or TraceError for bad input, or output that cannot be written
 */
export async function packTrace({ inputs, output }: PackRequest): Promise<ExitCode> {
  return await unlessInterrupted(async (signal) => {
    const target = await openOutputTarget('output', output, inputs.flatMap(filesAt));
    await target.write(packFiles(inputs, { signal }));
  });
}
