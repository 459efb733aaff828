// SPDX-License-Identifier: GPL-2.0-or-later
export { Bus, type Attendant, type Envelope, type Publisher } from './bus.js';
export * from './cost-model.js';
export * from './memoised-machine.js';
export * from './mermaid.js';
export * from './messages.js';
export * from './unreliable-bus.js';
export * from './virtual-clock.js';
export { MessageComparison } from './recording/message-comparison.js';
export type { FieldDifference, MessageDifference } from './recording/message-comparison.js';
export * from './recording/message-record.js';
export * from './recording/topic-fields.js';
