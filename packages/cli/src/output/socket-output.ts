// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { CommandError, optionError } from '../errors.js';
import { ExitCode } from '../exit-code.js';
import type { StreamedOutput } from './streamed-output.js';

/** Bytes that may wait to be sent before the run waits for them. */
const MOST_WAITING = 1 << 20;
/** How often to look whether they have gone, in milliseconds. */
const LOOK_AGAIN = 5;

/** Whether something names a WebSocket, and not a file. */
export function isSocket(text: string): boolean {
  return /^wss?:/i.test(text);
}

/**
 * Prepares for lines to be sent to a WebSocket, each as a message.
 *
 * @returns what connects to it
 * @throws CommandError for an address that cannot be; the connecting, if nobody answers there
 */
export function prepareSocket(
  option: string,
  address: string,
): Promise<() => Promise<StreamedOutput>> {
  if (!URL.canParse(address))
    throw optionError(option, 'an address such as ws://localhost:8080', address);
  return Promise.resolve(() => connect(option, address));
}

async function connect(option: string, address: string): Promise<StreamedOutput> {
  const failed = (error: Error): CommandError => {
    const reason = error.message || 'nobody answers there';
    const message = `--${option}: cannot reach ${address}: ${reason}`;
    return new CommandError('OUTPUT_FAILED', message, { exitCode: ExitCode.failed, cause: error });
  };
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (error) => reject(failed(error)));
  });
  // Who has gone away need not be told any more.
  socket.on('error', () => {});
  const sent = async (): Promise<void> => {
    while (socket.readyState === WebSocket.OPEN && socket.bufferedAmount > 0) {
      if (socket.bufferedAmount <= MOST_WAITING) return;
      await wait(LOOK_AGAIN);
    }
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      if (socket.readyState === WebSocket.CLOSED) return resolve();
      socket.once('close', () => resolve());
      socket.close();
    });
  return {
    write: async (bytes) => {
      for (const line of Buffer.from(bytes).toString().split('\n')) {
        if (line !== '' && socket.readyState === WebSocket.OPEN) socket.send(line);
      }
      await sent();
    },
    finish: close,
    abandon: close,
  };
}
