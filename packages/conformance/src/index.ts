// SPDX-License-Identifier: GPL-2.0-or-later
export { ConformanceError } from './format/conformance-error.js';
export type { TraceInput } from './format/lines.js';
export type { LauncherState, Operation, OperationName, Word64 } from './format/operation.js';
export type { Delta, Reference, SlotState, StepResult, VcpuState } from './format/result.js';
export type { TraceHeader } from './format/trace-header.js';
export { readTraces, type Step, type Trace } from './format/trace-reader.js';
export { HostExhausted } from './machine/host-exhausted.js';
export type { Miscount } from './machine/named-frames.js';
export type { WatchedMemory } from './machine/watched-memory.js';
export { HostPool } from './machine/host-pool.js';
export { ConformanceMachine, type MachineOptions } from './machine/machine.js';
export { differences, sameResult, type Difference } from './verdict/compare.js';
export { conform, type FileResult } from './verdict/conform.js';
export { renderFileResult, renderMismatch } from './verdict/render.js';
export { replay, type Mismatch, type ReplayOptions, type TraceResult } from './verdict/replay.js';
