// SPDX-License-Identifier: GPL-2.0-or-later
import { isPacked } from '../trace-decoder.js';
import { LackeyLogReader } from './lackey-log-reader.js';
import type { LogSink } from './log-sink.js';
import { PackedLogReader } from './packed-log-reader.js';

/** Tells a sink what is in bytes that arrive in pieces. */
export interface LogReader {
  /** Takes over bytes, at least one, and returns how many; see ChunkDecoder. */
  take(chunk: Uint8Array, offset: number): number;
  /** Tells what there is in the bytes taken. */
  tell(ended: boolean): void;
}

/** A sink that makes pieces of what it is told. */
export interface PieceMaker<Piece> extends LogSink {
  /** What was made since the last call. */
  drain(): Piece[];
}

/**
 * Reads one file of logs, of either form, and tells a sink what is in it.
 *
 * @returns what the sink makes of it.
 * @throws TraceError for what is malformed or damaged.
 */
export async function* readLogs<Piece>(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  sink: PieceMaker<Piece>,
): AsyncGenerator<Piece, void> {
  let reader: LogReader | undefined;
  for await (const chunk of chunks) {
    for (let offset = 0; offset < chunk.length;) {
      reader ??= isPacked(chunk[0]!)
        ? new PackedLogReader(name, sink)
        : new LackeyLogReader(name, sink);
      offset += reader.take(chunk, offset);
      reader.tell(false);
      yield* sink.drain();
    }
  }
  reader ??= new LackeyLogReader(name, sink);
  reader.tell(true);
  yield* sink.drain();
}
