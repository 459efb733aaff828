// SPDX-License-Identifier: GPL-2.0-or-later
import {
  exploreLayers,
  renderExploration,
  renderFinding,
  renderLayer,
  renderModel,
  type ExploreOptions,
} from '@lguest-sim/modelcheck';
import { ExitCode } from '../exit-code.js';
import { writeOut } from '../output/standard-output.js';

/**
 * `lguest-sim modelcheck`: writes a line for each depth, then what was found, and at the end how many
 * states there were.
 *
 * @returns ok if nothing was found in all states; failed if something was, or there were too many of
 *   them
 */
export async function modelcheck(options: ExploreOptions): Promise<ExitCode> {
  await writeOut(renderModel(options));
  const layers = exploreLayers(options);
  for (;;) {
    const { done, value } = layers.next();
    if (done === true) {
      await writeOut(value.findings.map(renderFinding).join(''));
      await writeOut(renderExploration(value));
      return value.findings.length > 0 || value.isCut ? ExitCode.failed : ExitCode.ok;
    }
    // Nobody reads what is found any more, so there is no point in looking on.
    if (!(await writeOut(renderLayer(value)))) return ExitCode.failed;
  }
}
