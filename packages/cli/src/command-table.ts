// SPDX-License-Identifier: GPL-2.0-or-later
import { commandGroup, type CommandGroup } from './command-group.js';
import { commandList } from './command-list.js';
import { bench } from './commands/bench.js';
import { compare } from './commands/compare.js';
import { completion, completionSyntax } from './commands/completion.js';
import { conform } from './commands/conform.js';
import { explain } from './commands/explain.js';
import { machinesSyntax, showMachines } from './commands/machines.js';
import { modelcheck } from './commands/modelcheck.js';
import { replay } from './commands/replay.js';
import { resume } from './commands/resume.js';
import { run } from './commands/run.js';
import { listScenarios, scenariosSyntax } from './commands/scenarios.js';
import { pluginGroup } from './commands/plugin.js';
import { traceGroup } from './commands/trace.js';
import { benchSyntax } from './options/bench-options.js';
import type { ExitCode } from './exit-code.js';
import type { ParsedArguments } from './options/command-syntax.js';
import { compareSyntax, readCompareOptions } from './options/compare-options.js';
import { conformSyntax, readConformOptions } from './options/conform-options.js';
import { explainSyntax, readExplainOptions } from './options/explain-options.js';
import { fuzzSyntax, readFuzzOptions } from './options/fuzz-options.js';
import { modelcheckSyntax, readModelcheckOptions } from './options/modelcheck-options.js';
import { readReplayOptions, replaySyntax } from './options/replay-options.js';
import { readResumeOptions, resumeSyntax } from './options/resume-options.js';
import { readRunOptions } from './options/run-options.js';
import { runSyntax } from './options/run-syntax.js';

/** All commands there are. */
export const allCommands: CommandGroup = commandGroup(commandList, {
  run: [runSyntax, (given) => run(readRunOptions(given))],
  replay: [replaySyntax, (given) => replay(readReplayOptions(given))],
  resume: [resumeSyntax, (given) => resume(readResumeOptions(given))],
  conform: [conformSyntax, (given) => conform(readConformOptions(given))],
  explain: [explainSyntax, (given) => explain(readExplainOptions(given))],
  compare: [compareSyntax, (given) => compare(readCompareOptions(given))],
  fuzz: [fuzzSyntax, startFuzz],
  modelcheck: [modelcheckSyntax, (given) => modelcheck(readModelcheckOptions(given))],
  bench: [benchSyntax, bench],
  scenarios: [scenariosSyntax, listScenarios],
  machines: [machinesSyntax, showMachines],
  completion: [completionSyntax, (given) => completion(allCommands, given)],
  plugin: pluginGroup,
  trace: traceGroup,
});

/** Loaded when it is asked for: a library that only it needs takes its time. */
async function startFuzz(given: ParsedArguments): Promise<ExitCode> {
  const { fuzz } = await import('./commands/fuzz.js');
  return fuzz(readFuzzOptions(given));
}
