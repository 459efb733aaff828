// SPDX-License-Identifier: GPL-2.0-or-later
// What the decoder thread runs: it opens the traces it is asked for and decodes them ahead.
import { parentPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { AccessBatch } from '../access-batch.js';
import type { TraceSource } from '../trace-source.js';
import { openTrace } from './open-trace.js';
import { BATCHES_AHEAD } from './thread-messages.js';
import type { DecodedBatch, OpenRequest, UsedBatch } from './thread-messages.js';

parentPort!.on('message', (request: OpenRequest) => void serve(request));

/** Decodes one trace to its end, or until the port closes. */
async function serve({ path, kernelAddress, port }: OpenRequest): Promise<void> {
  let source: TraceSource | undefined;
  port.on('close', () => void source?.close());
  try {
    source = await openTrace(path, kernelAddress === undefined ? {} : { kernelAddress });
    await decodeAll(source, new Credit(port), port);
  } catch {
    // Whoever reads finds out what is wrong by reading on without this thread.
    port.postMessage(undefined satisfies DecodedBatch);
  } finally {
    await source?.close();
  }
}

async function decodeAll(source: TraceSource, credit: Credit, port: MessagePort): Promise<void> {
  let movedRegions = 0;
  for (let more = true; more;) {
    const batch = await credit.take();
    more = await source.read(batch);
    const { addresses, info, length, events } = batch;
    const { bytesRead, moved } = source;
    const news = moved.length === movedRegions ? {} : { moved };
    movedRegions = moved.length;
    const message: DecodedBatch = { addresses, info, length, events, more, bytesRead, ...news };
    port.postMessage(message, [addresses.buffer, info.buffer]);
  }
}

/** The batches that may be filled: some new ones, then those that come back. */
class Credit {
  readonly #returned: AccessBatch[] = [];
  #fresh = BATCHES_AHEAD;
  #wake: (() => void) | undefined;

  constructor(port: MessagePort) {
    port.on('message', ({ addresses, info }: UsedBatch) => {
      this.#returned.push(new AccessBatch(addresses.length, addresses, info));
      this.#wake?.();
    });
  }

  async take(): Promise<AccessBatch> {
    if (this.#fresh > 0) {
      this.#fresh--;
      return new AccessBatch();
    }
    while (this.#returned.length === 0) await new Promise<void>((wake) => (this.#wake = wake));
    return this.#returned.pop()!;
  }
}
