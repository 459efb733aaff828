// SPDX-License-Identifier: GPL-2.0-or-later
import type { MachineInspector, MachineTransition } from '@lguest-sim/bus';
import type { Simulation } from '@lguest-sim/simulation';
import type { ViewName, ViewRequest } from '../options/view-options.js';
import { openOutputTarget } from '../output/output-target.js';
import { prepareStream } from '../output/streamed-output.js';
import type { TimedResult } from '../report/result-file.js';
import type { DocumentParts, StreamParts, View, ViewParts } from './view.js';

type Make = (parts: ViewParts) => Promise<View>;

/** Makes sure that a view can be written, and returns how it is made. */
type Open = (path: string, inputs: readonly string[]) => Promise<Make>;

/** A view that is written at the end. Its code is loaded when it is asked for, no sooner. */
function atEnd(name: ViewName, load: () => Promise<(parts: DocumentParts) => View>): Open {
  return async (path, inputs) => {
    const target = await openOutputTarget(name, path, inputs);
    return async (parts) => (await load())({ ...parts, target });
  };
}

/** A view that is written as the run goes on. */
function asItGoes(name: ViewName, load: () => Promise<(parts: StreamParts) => View>): Open {
  return async (path, inputs) => {
    const begin = await prepareStream(name, path, inputs);
    return async (parts) => (await load())({ ...parts, output: await begin() });
  };
}

const openers: Readonly<Record<ViewName, Open>> = {
  series: atEnd('series', async () => {
    const { SeriesView } = await import('./series-view.js');
    return (parts) => new SeriesView(parts);
  }),
  report: atEnd('report', async () => {
    const { ReportView } = await import('./report-view.js');
    return (parts) => new ReportView(parts);
  }),
  perfetto: asItGoes('perfetto', async () => {
    const { PerfettoView } = await import('./perfetto-view.js');
    return (parts) => new PerfettoView(parts);
  }),
  inspect: async (path, inputs) => {
    const { isSocket, prepareSocket } = await import('../output/socket-output.js');
    const { InspectView } = await import('./inspect-view.js');
    if (!isSocket(path)) {
      const open = asItGoes('inspect', () => Promise.resolve((parts) => new InspectView(parts)));
      return await open(path, inputs);
    }
    const begin = await prepareSocket('inspect', path);
    return async (parts) => new InspectView({ ...parts, output: await begin() });
  },
};

/** The views of a run: where they will go is known before it, and what they saw written after it. */
export class Views {
  /** For a simulation that is to be inspected: what tells the views of its machines. */
  readonly inspector: MachineInspector | undefined;
  readonly #request: ViewRequest;
  readonly #makers: readonly Make[];
  #views: readonly View[] = [];
  /** Transitions that were made before there was anything to tell of them. */
  #early: MachineTransition[] = [];

  private constructor(request: ViewRequest, makers: readonly Make[]) {
    this.#request = request;
    this.#makers = makers;
    if (request.files.inspect === undefined) return;
    this.inspector = (transition) => {
      if (this.#views.length === 0) this.#early.push(transition);
      for (const view of this.#views) view.inspect?.(transition);
    };
  }

  /**
   * Makes sure, as far as can be told, that the views can be written.
   *
   * @param inputs files that the run reads, which must not be overwritten
   * @throws CommandError naming the option, the file and what is wrong with it
   */
  static async open(request: ViewRequest, inputs: readonly string[]): Promise<Views> {
    const makers: Make[] = [];
    for (const [name, path] of Object.entries(request.files)) {
      makers.push(await openers[name as ViewName](path, inputs));
    }
    return new Views(request, makers);
  }

  /** Looks at a run's messages from now on. */
  async watch(simulation: Simulation): Promise<void> {
    const views: View[] = [];
    for (const make of this.#makers) {
      const view = await make({ simulation, request: this.#request });
      views.push(view);
      simulation.messages$.subscribe((envelope) => view.observe?.(envelope));
    }
    this.#views = views;
    const early = this.#early;
    this.#early = [];
    for (const transition of early) this.inspector?.(transition);
  }

  /** While the run waits: time to write what has come. */
  async breathe(): Promise<void> {
    for (const view of this.#views) await view.breathe?.();
  }

  /** Writes what was seen. @throws CommandError if that fails */
  async write(result: TimedResult): Promise<void> {
    const views = this.#views;
    this.#views = [];
    for (const view of views) await view.write(result);
  }

  /** Takes back what was begun and not written to its end. */
  async abandon(): Promise<void> {
    for (const view of this.#views) await view.abandon?.();
    this.#views = [];
  }
}
