// SPDX-License-Identifier: GPL-2.0-or-later
import type { ExitCode } from './exit-code.js';

/**
 * Ends the process now. While a read or an opening of a pipe hangs, since nobody writes to it,
 * `process.exit` would wait for that for ever; then only a signal helps, which shells report as the
 * same 130.
 */
export function endProcess(exitCode: ExitCode): void {
  const hangs = process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));
  if (!hangs) process.exit(exitCode);
  process.removeAllListeners('SIGINT');
  process.kill(process.pid, 'SIGINT');
}
