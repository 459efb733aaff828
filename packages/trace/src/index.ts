// SPDX-License-Identifier: GPL-2.0-or-later
export {
  AccessBatch,
  AccessKind,
  DEFAULT_BATCH_CAPACITY,
  INFO_CONTINUATION,
  INFO_KIND_MASK,
  INFO_SIZE_SHIFT,
} from './access-batch.js';
export type { AccessBatchOptions } from './access-batch.js';
export { AccessPackets, MODIFY_BIT, PAGE_USE_BITS, PageUse } from './access-packets.js';
export type { PacketContents } from './access-packets.js';
export { AddressMover, DEFAULT_KERNEL_ADDRESS, REGION_BYTES } from './address-mover.js';
export { lackeySource } from './lackey-source.js';
export type { LackeyOptions } from './lackey-source.js';
export { hexAddress } from './moved-region.js';
export type { MovedRegion } from './moved-region.js';
export type { ProcessOperation } from './process-operation.js';
export { lineReader } from './reader/line-reader.js';
export type { LineFormat } from './reader/line-reader.js';
export type {
  TraceParser,
  TraceReader,
  TraceSink,
  TracedKind,
  TracedSystemCall,
} from './reader/trace-reader.js';
export { TraceError } from './trace-error.js';
export type { TraceErrorCode, TraceErrorDetails } from './trace-error.js';
export type {
  SystemCallEvent,
  SystemCallOutcome,
  SystemCallResultEvent,
  TraceEvent,
} from './trace-event.js';
export { traceOfChunks } from './trace-of-chunks.js';
export type { ChunksOptions } from './trace-of-chunks.js';
export type { GuestRange } from './guest-range.js';
export type { SourceOptions } from './source-options.js';
export type { LogChoice } from './packed/packed-decoder.js';
export type { TraceSource } from './trace-source.js';
export { VERSION as PACKED_TRACE_VERSION } from './packed/format.js';
export { countLogs, packLogs, unpackLogs } from './log/pack.js';
export type { LogFile, LogFileCount } from './log/pack.js';
export type { LackeyHeader } from './lackey-header.js';
export type { LogOrigin } from './log/log-sink.js';
export type { LogCount } from './log/log-counter.js';
export type { LogPiece } from './log/lackey-writer.js';
export { treeOfOne } from './trace-tree.js';
export type { TraceTree } from './trace-tree.js';
export { patterns } from './pattern/catalog.js';
export type { PatternDescription } from './pattern/catalog.js';
export {
  COMMON_OPTIONS,
  FIRST_PID,
  PAGE_BYTES,
  PATTERN_BASE,
  definePattern,
} from './pattern/pattern.js';
export type { Pattern, Scene } from './pattern/pattern.js';
export type { PatternCall, PatternWriter } from './pattern/pattern-writer.js';
export type { PatternRandom } from './pattern/pattern-random.js';
export { copySeeds } from './pattern/copy-seeds.js';
export { expectation } from './pattern/option-spec.js';
export type {
  ChoiceSpec,
  NumberSpec,
  OptionSpec,
  OptionSpecs,
  OptionValues,
} from './pattern/option-spec.js';
export { PatternError } from './pattern/pattern-error.js';
export { patternTree } from './pattern/pattern-tree.js';
export type { PatternTreeSettings } from './pattern/pattern-tree.js';
