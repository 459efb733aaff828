// SPDX-License-Identifier: GPL-2.0-or-later
import { MachineInstance, type Envelope, type MachineInspector } from '@lguest-sim/bus';
import { treeOfOne, type TraceSource, type TraceTree } from '@lguest-sim/trace';
import type { Observable } from 'rxjs';
import { RunAudit } from './run-audit.js';
import { ConfigError, configure, type GivenConfig, type SimulationConfig } from './config.js';
import { framesInUse, type FramesInUse } from './frames-in-use.js';
import { planGuests, type GuestPlan } from './guest-groups.js';
import { GuestMachine, type GuestMachineSnapshot } from './guest-machine.js';
import { HostActor, type HostActorSnapshot, type GuestTimer } from './host-actor.js';
import { HostMachine, type HostMachineSnapshot } from './host-machine.js';
import { HostScheduler, type HostSchedulerSnapshot } from './host-scheduler.js';
import { assertFramesBalance, assertLaws } from './laws.js';
import { FaultInjector } from './inject/fault-injector.js';
import { readInjections, withOffline } from './inject/injections.js';
import type { MigrationPolicy } from './migration-policy.js';
import { guardedMigration } from './plugins/guarded-migration.js';
import type { Plugin } from './plugins/plugin.js';
import { builtIn, PluginSet } from './plugins/plugin-set.js';
import type { ResultDocument, RunStatus } from './result-document.js';
import { resultOf } from './result.js';
import type { RunParts } from './run-parts.js';
import { Plan } from './plan.js';
import { RunLoop, type StepOutcome } from './run-loop.js';
import { runMachine } from './run-machine.js';
import { GuestFeeds } from './guest-feeds.js';
import type { TraceFeedSnapshot } from './trace-feed.js';

/** A trace that can be opened as often as there are guests to run it. */
export interface TraceInput {
  /** For results and messages. */
  readonly name: string;
  /** Opens the trace at its beginning. */
  open(): Promise<TraceSource>;
}

/** What a simulation is given beside its configuration and inputs. */
export interface SimulationOptions {
  /** Is told of each change of state of its machines. */
  readonly inspect?: MachineInspector | undefined;
  /** What the configuration can name beside what is built in. */
  readonly plugins?: PluginSet | readonly Plugin[] | undefined;
}

/** Options of `Simulation.run`. */
export interface RunOptions {
  /** Stops the run at the next good moment once `aborted` is true (an AbortSignal fits). */
  readonly signal?: { readonly aborted: boolean };
  /** Stops the run before the first thing that happens at this virtual time or later, in cycles. */
  readonly until?: number;
  /** Called now and then: time for the event loop, and for showing progress. */
  readonly breathe?: () => Promise<void>;
}

/** How far a run is. */
export interface Progress {
  /** Trace accesses that completed. */
  readonly accesses: number;
  /** Bytes of all traces read, and to be read if that is known. */
  readonly bytesRead: number;
  /** Undefined if one trace’s length is not known. */
  readonly totalBytes: number | undefined;
}

/**
 * A whole run as plain data: `structuredClone` and typed-array-aware serialisers can take it. What it
 * has beyond these fields is for `Simulation.restore` alone, and may change.
 */
export interface SimulationSnapshot {
  /** State of the run’s machine. */
  readonly state: string;
  /** What all guests share. */
  readonly host: HostMachineSnapshot;
  /** @internal */
  readonly scheduler: HostSchedulerSnapshot;
  /** @internal */
  readonly hostActor: HostActorSnapshot;
  /** Planned events that have happened. */
  readonly plan: number;
  /** @internal */
  readonly guests: readonly GuestMachineSnapshot[];
  /** @internal */
  readonly feeds: readonly (readonly TraceFeedSnapshot[])[];
}

/** Steps between two calls of `breathe`. A batch of accesses that is used up counts as many. */
const STEPS_PER_BREATH = 4096;
const STEPS_PER_FEED = 512;

/**
 * A machine with its guests, and one run of it.
 *
 * The run is a function of configuration, traces and seed alone. Reading traces is asynchronous but
 * costs no virtual time, so how fast they arrive changes nothing.
 */
export class Simulation {
  /** The configuration, with everything that was not given. */
  readonly config: SimulationConfig;
  private readonly trees: readonly TraceTree[];
  private readonly host: HostMachine;
  private readonly guests: readonly GuestMachine[];
  private readonly feeds: readonly GuestFeeds[];
  private readonly scheduler: HostScheduler;
  private readonly hostActor: HostActor;
  private readonly plan: Plan;
  private readonly loop: RunLoop;
  private readonly machine: MachineInstance;
  /** Host frames in use before any guest has begun. */
  private readonly framesAtFirst: number;
  private readonly audit: RunAudit | undefined;

  /**
   * @param inputs traces and trees of traces, at least one; each guest runs every one of them, or
   *   those that its group names, as one process each, and the children that these fork. A guest with
   *   a program of its own runs none
   * @throws ConfigError for a configuration that cannot be used
   * @throws PluginError for a plug-in that cannot be
   */
  constructor(
    config: GivenConfig,
    inputs: readonly (TraceInput | TraceTree)[],
    { inspect, plugins: given = builtIn }: SimulationOptions = {},
  ) {
    const plugins = given instanceof PluginSet ? given : new PluginSet(given);
    this.config = configure(config, plugins);
    this.trees = inputs.map((input) => ('root' in input ? input : treeOfOne(input)));
    const { cpus, guests, slice } = this.config;
    const plans = planGuests(this.config).map((plan) => ({ ...plan, trees: this.treesOf(plan) }));
    if (inputs.length === 0 && plans.some(({ program }) => program === undefined)) {
      throw new RangeError('a simulation needs at least one trace');
    }
    this.machine = new MachineInstance('run', runMachine, inspect);
    this.host = new HostMachine(this.config, (guest) => this.guests[guest]!.kernel, {
      inspect,
      plugins,
    });
    this.guests = plans.map(({ trees, ...own }, guest) => {
      const processes = trees.map(({ name, root }) => ({ name, pid: root }));
      const frameGiven = (gpfn: number, pfn: number): void =>
        this.audit?.auditor.frameGiven(guest, gpfn, pfn);
      const options = { ...own, processes, ...(this.config.audit !== 'off' && { frameGiven }) };
      return new GuestMachine(guest, this.host, this.config, { ...options, plugins }, inspect);
    });
    this.audit = RunAudit.of(this.config, this.host, this.guests);
    this.feeds = plans.map(({ trees }, guest) => new GuestFeeds(trees, this.guests[guest]!.kernel));
    const { bus, clock, random } = this.host;
    const policy = migrationOf(this.config, plugins);
    const timer: GuestTimer = { deadline: (guest) => this.guests[guest]!.vcpu.clockDeadline };
    const options = { cpus, guests, slice, policy, clock, random: random.next };
    this.scheduler = new HostScheduler(options);
    const { scheduler } = this;
    this.hostActor = new HostActor({ bus, clock, scheduler, timer, cpus, guests });
    const host = this.hostActor;
    const injections = readInjections(this.config);
    const hotplug = withOffline(this.config.hotplug, injections);
    const later = injections.machine.filter(({ at }) => at > 0);
    this.plan = new Plan({ ...this.config, hotplug, faults: later });
    const { plan } = this;
    const memories = this.guests.map(({ memory }) => memory);
    const faults = new FaultInjector(this.host.memory, memories);
    this.loop = new RunLoop({ cpus: this.host.cpus, clock, scheduler, host, timer, plan, faults });
    this.framesAtFirst = this.host.memory.used;
    // What is there from the beginning comes before the Launchers start.
    for (const fault of injections.machine) if (fault.at === 0) faults.strike(fault);
  }

  /** Every message of the run, in order. */
  get messages$(): Observable<Envelope> {
    return this.host.bus.messages$;
  }

  /** State of the run's machine: ready, running, paused, finished or failed. */
  get state(): string {
    return this.machine.state;
  }

  /** Messages published so far. */
  get messages(): number {
    return this.host.bus.sequence;
  }

  /** Virtual time of what happens next, in cycles; Infinity if nothing is left to happen. */
  get time(): number {
    return this.loop.time;
  }

  /** Host frames in use for guests. */
  get framesInUse(): FramesInUse {
    return framesInUse(this.host.memory);
  }

  /** How far the run is. */
  get progress(): Progress {
    const feeds = this.feeds.flatMap(({ all }) => all);
    const sizes = feeds.map((feed) => feed.totalBytes);
    return {
      accesses: this.host.cpus.reduce((sum, cpu) => sum + cpu.core.counters.accesses, 0),
      bytesRead: feeds.reduce((sum, feed) => sum + feed.bytesRead, 0),
      totalBytes: sizes.reduce((a = NaN, b = NaN) => a + b, 0) || undefined,
    };
  }

  /**
   * Runs to the end, or until stopped by the signal or at a time; called again, it goes on.
   *
   * @returns 'finished', or 'interrupted' if it was stopped
   * @throws TraceError for a bad trace; AuditFailure and CheckFailure for what they find; LawViolation and others for defects of the simulator. The
   *   run has then failed and cannot go on.
   */
  async run(options: RunOptions = {}): Promise<RunStatus> {
    try {
      await this.begin();
      const finished = await this.drive(options);
      if (finished) this.audit?.finish();
      this.machine.send(finished ? 'FINISH' : 'PAUSE');
      if (finished) assertLaws(this.result());
      // A guest that sleeps for ever keeps what it has.
      if (finished && this.guests.every(({ isDead }) => isDead)) {
        assertFramesBalance(this.host.memory.used, this.framesAtFirst);
      }
      return this.status;
    } catch (error) {
      if (this.machine.state !== 'finished') this.machine.send('FAIL');
      throw error;
    }
  }

  /** The machine's parts, to be looked at and not changed. */
  get parts(): RunParts {
    const { config, host, scheduler, hostActor, guests, feeds } = this;
    const traces = this.trees.map(({ name }) => name);
    return { config, traces, host, scheduler, hostActor, guests, feeds };
  }

  /** Everything counted so far. */
  result(): ResultDocument {
    return resultOf(this.parts, this.status);
  }

  /** Ends all subscriptions and lets go of the traces. */
  async close(): Promise<void> {
    for (const guest of this.guests) guest.stop();
    this.hostActor.stop();
    this.host.stop();
    await Promise.all(this.feeds.map((feeds) => feeds.close()));
  }

  /** The run's whole state. It must be between two calls of `run`. */
  snapshot(): SimulationSnapshot {
    return {
      state: this.machine.state,
      host: this.host.snapshot(),
      scheduler: this.scheduler.snapshot(),
      hostActor: this.hostActor.snapshot(),
      plan: this.plan.snapshot(),
      guests: this.guests.map((guest) => guest.snapshot()),
      feeds: this.feeds.map((feeds) => feeds.snapshot()),
    };
  }

  /** Puts a snapshot back, of a simulation with the same configuration and traces. */
  async restore(snapshot: SimulationSnapshot): Promise<void> {
    this.machine.restore(snapshot.state);
    this.host.restore(snapshot.host);
    this.scheduler.restore(snapshot.scheduler);
    snapshot.guests.forEach((guest, index) => this.guests[index]!.restore(guest));
    this.hostActor.restore(snapshot.hostActor);
    this.plan.restore(snapshot.plan);
    for (const [guest, feeds] of this.feeds.entries()) await feeds.restore(snapshot.feeds[guest]!);
    this.audit?.adopt();
  }

  /** @throws ConfigError if there is no such input */
  private treesOf({ traces, program }: GuestPlan): readonly TraceTree[] {
    if (program !== undefined) return [];
    return (
      traces?.map((index) => {
        const tree = this.trees[index];
        if (tree !== undefined) return tree;
        const expected = `numbers of inputs, from 0 to ${this.trees.length - 1}`;
        throw new ConfigError('groups.traces', expected, index);
      }) ?? this.trees
    );
  }

  private get status(): RunStatus {
    const { state } = this.machine;
    return state === 'finished' || state === 'failed' ? state : 'interrupted';
  }

  private async begin(): Promise<void> {
    if (this.machine.state === 'paused') return this.machine.send('RESUME');
    this.machine.send('START');
    for (const feeds of this.feeds) await feeds.start();
    this.hostActor.start();
    for (const { guest } of this.guests) {
      this.host.bus.publish({ topic: 'start-launcher', cpu: guest % this.config.cpus, guest });
    }
  }

  /** Steps until the end or until stopped. Returns whether it was the end. */
  private async drive({ signal, until, breathe }: RunOptions): Promise<boolean> {
    this.loop.rebuild();
    let steps = 0;
    while (signal?.aborted !== true) {
      const outcome = this.loop.step(until);
      if (outcome.kind === 'progress') {
        steps++;
      } else if (outcome.kind === 'starved') {
        await this.feed(outcome);
        steps += STEPS_PER_FEED;
      } else {
        return outcome.kind === 'finished';
      }
      if (steps < STEPS_PER_BREATH) continue;
      steps = 0;
      await breathe?.();
    }
    return false;
  }

  private async feed({ guest }: StepOutcome & { kind: 'starved' }): Promise<void> {
    const process = this.guests[guest]!.kernel.running;
    await this.feeds[guest]!.of(process).fill();
  }
}

/** Where vCPUs go; a policy that is built in need not be watched. */
function migrationOf(config: SimulationConfig, plugins: PluginSet): MigrationPolicy {
  const plugin = plugins.get('migration-policy', config.migrate);
  return plugins.isGiven(plugin) ? guardedMigration(plugin, config) : plugin.make(config);
}
