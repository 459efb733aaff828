// SPDX-License-Identifier: GPL-2.0-or-later
import type { Simulation } from '@lguest-sim/simulation';
import type { ViewName, ViewRequest } from '../options/view-options.js';
import { openOutputTarget, type OutputTarget } from '../output/output-target.js';
import type { TimedResult } from '../report/result-file.js';
import type { View } from './view.js';

/** What every view is made of. */
export interface ViewParts {
  readonly simulation: Simulation;
  readonly request: ViewRequest;
  readonly target: OutputTarget;
}

/**
 * How each view is made. Its code is loaded when it is asked for: a run without views does not wait
 * for it.
 */
const makers: Readonly<Record<ViewName, (parts: ViewParts) => Promise<View>>> = {
  series: async (parts) => new (await import('./series-view.js')).SeriesView(parts),
  report: async (parts) => new (await import('./report-view.js')).ReportView(parts),
};

/** The views of a run: where they will go is known before it, and what they saw written after it. */
export class Views {
  readonly #request: ViewRequest;
  readonly #targets: ReadonlyMap<ViewName, OutputTarget>;
  readonly #views: View[] = [];

  private constructor(request: ViewRequest, targets: ReadonlyMap<ViewName, OutputTarget>) {
    this.#request = request;
    this.#targets = targets;
  }

  /**
   * Makes sure, as far as can be told, that the views can be written.
   *
   * @param inputs files that the run reads, which must not be overwritten
   * @throws CommandError naming the option, the file and what is wrong with it
   */
  static async open(request: ViewRequest, inputs: readonly string[]): Promise<Views> {
    const targets = new Map<ViewName, OutputTarget>();
    for (const [name, path] of Object.entries(request.files)) {
      targets.set(name as ViewName, await openOutputTarget(name, path, inputs));
    }
    return new Views(request, targets);
  }

  /** Whether there are any. */
  get any(): boolean {
    return this.#targets.size > 0;
  }

  /** Looks at a run's messages from now on. */
  async watch(simulation: Simulation): Promise<void> {
    for (const [name, target] of this.#targets) {
      const view = await makers[name]({ simulation, request: this.#request, target });
      this.#views.push(view);
      simulation.messages$.subscribe((envelope) => view.observe(envelope));
    }
  }

  /** Writes what was seen. @throws CommandError if that fails */
  async write(result: TimedResult): Promise<void> {
    for (const view of this.#views) await view.write(result);
  }
}
