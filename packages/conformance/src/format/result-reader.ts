// SPDX-License-Identifier: GPL-2.0-or-later
import type { DeltaReader } from './delta-reader.js';
import type { Fields, JsonObject } from './fields.js';
import type { OperationName } from './operation.js';
import type { ReturnKind } from './operation-reader.js';
import type { StepResult } from './result.js';

const resultKeys = new Set(['ret', 'killed', 'oops', 'delta', 'leaks']);
const oopsKeys = new Set(['oops']);

/** The ways in which a trace says that the original crashed the host. */
const oopsShape = /^(?:NULL dereference|out of bounds|BUG_ON \w+)$/;

/** `init_guest_pagetable` went well, or returned -ENOMEM. */
const statuses = [0, -12] as const;

/** Reads the recorded result of an operation. */
export class ResultReader {
  private readonly fields: Fields;
  private readonly deltas: DeltaReader;

  constructor(fields: Fields, deltas: DeltaReader) {
    this.fields = fields;
    this.deltas = deltas;
  }

  /**
   * Checks `r`.
   * @throws ConformanceError if a field is missing, unknown or does not fit the operation
   */
  read(value: unknown, op: OperationName, returns: ReturnKind): StepResult {
    const r = this.fields.object(value, 'r', resultKeys);
    if (r.oops !== undefined) return this.readOops(r);
    return {
      ret: this.readReturn(r.ret, returns),
      killed: r.killed === undefined ? undefined : this.fields.text(r.killed, 'r.killed'),
      delta: r.delta === undefined ? undefined : this.deltas.read(r.delta),
      leaks: this.readLeaks(r.leaks, op),
    };
  }

  private readOops(r: JsonObject): StepResult {
    this.fields.object(r, 'r beside oops', oopsKeys);
    const oops = this.fields.text(r.oops, 'r.oops');
    if (oopsShape.test(oops)) return { oops };
    this.fields.fail('r.oops', oops, 'NULL dereference, BUG_ON <function> or out of bounds');
  }

  private readReturn(value: unknown, returns: ReturnKind): StepResult['ret'] {
    switch (returns) {
      case 'none':
        if (value === undefined) return undefined;
        return this.fields.fail('r.ret', value, 'none, as this operation returns nothing');
      case 'boolean':
        return this.fields.boolean(value, 'r.ret');
      case 'status':
        return this.fields.oneOf(value, statuses, 'r.ret');
      case 'address':
        return this.fields.hex(value, 'r.ret');
    }
  }

  private readLeaks(value: unknown, op: OperationName): StepResult['leaks'] {
    if (value === undefined) return undefined;
    if (op !== 'free') this.fields.fail('r.leaks', op, 'leaks on free only');
    return this.deltas.readReferences(value, 'r.leaks');
  }
}
