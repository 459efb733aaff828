// SPDX-License-Identifier: GPL-2.0-or-later
import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import type { MachineTransition } from '@lguest-sim/bus';
import { machines, Simulation } from '@lguest-sim/simulation';
import { createMachine, transition, type AnyMachineSnapshot } from 'xstate';
import { describe, expect, it } from 'vitest';
import { Inspection, type InspectionEvent } from '../src/inspection/inspection-events.js';
import { busy, work } from './support/run.js';

async function eventsOfRun(): Promise<InspectionEvent[]> {
  const inspection = new Inspection();
  const told: InspectionEvent[] = [];
  const inspect = (made: MachineTransition) => told.push(...inspection.eventsOf(made, 5));
  const simulation = new Simulation(busy, work(), { inspect });
  await simulation.run();
  await simulation.close();
  return told;
}

describe('inspection events', () => {
  it('have the fields that the inspector’s own library sends', async () => {
    const sent: StatelyInspectionEvent[] = [];
    const inspector = createInspector({ send: (event) => void sent.push(event) });
    inspector.actor('cpu 0', { status: 'active', value: 'host' }, { definition: '{}' });
    inspector.event('cpu 0', { type: 'ENTER' });
    inspector.snapshot('cpu 0', { status: 'active', value: 'guest' }, { event: { type: 'ENTER' } });
    const told = await eventsOfRun();
    for (const theirs of sent) {
      const ours = told.find(({ type }) => type === theirs.type)!;
      // It leaves out what it does not know: the parent and the root.
      expect(Object.keys(ours)).toEqual(expect.arrayContaining(Object.keys(theirs)));
      expect(ours._version).toBe(theirs._version);
    }
    expect(new Set(sent.map(({ type }) => type))).toEqual(new Set(told.map(({ type }) => type)));
  });

  it('tell of each machine once, with a definition by which xstate makes the same transitions', async () => {
    const told = await eventsOfRun();
    const actors = told.filter((event) => event.type === '@xstate.actor');
    expect(new Set(actors.map(({ sessionId }) => sessionId)).size).toBe(actors.length);
    expect(actors.length).toBe(1 + 2 * 3 + 2 * (3 + 4));
    for (const { sessionId, definition, snapshot } of actors) {
      const machine = createMachine(JSON.parse(definition) as object);
      let state = machine.resolveState({ value: snapshot.value as string }) as AnyMachineSnapshot;
      const own = told.filter((event) => event.sessionId === sessionId);
      for (const event of own.slice(0, 400)) {
        if (event.type === '@xstate.event') [state] = transition(machine, state, event.event);
        if (event.type === '@xstate.snapshot') {
          expect(state.value).toEqual(event.snapshot.value);
          expect(event.snapshot.status).toBe(state.status);
        }
      }
    }
  });

  it('know every machine there is', async () => {
    const actors = (await eventsOfRun()).filter((event) => event.type === '@xstate.actor');
    const ids = actors.map(({ definition }) => (JSON.parse(definition) as { id: string }).id);
    expect(new Set(ids)).toEqual(new Set(machines.map(({ machine }) => machine.machine.id)));
  });
});
