// SPDX-License-Identifier: GPL-2.0-or-later
import {
  ConfigError,
  configure,
  defaultConfig,
  type PluginSet,
  type SimulationConfig,
} from '@lguest-sim/simulation';
import { PatternError, patternTree } from '@lguest-sim/trace';
import { patternsOf } from '../input/scenario-workload.js';
import { readDescribedPlugins } from '../plugins/described-plugins.js';
import { noPlugins } from '../plugins/load-plugins.js';
import type { DescribedFile, DescribedProcess, RunDescription } from './run-description.js';
import { list, mapping, oneOf, text, UnexpectedValue, wholeNumber } from './json-values.js';

/**
 * Takes what a file holds for the description of a run.
 *
 * @param value what `JSON.parse` made of it
 * @param plugins that the command was given; those of the run have to be among them
 * @throws UnexpectedValue for the first thing in it that cannot be
 */
export function readDescription(value: unknown, plugins = noPlugins): RunDescription {
  const { version, config, processes, plugins: recorded } = mapping('run', value);
  const described = readDescribedPlugins(recorded, plugins);
  return {
    version: text('run.version', version),
    config: readConfig(mapping('run.config', config), plugins.set),
    processes: list('run.processes', processes, 1).map((process, index) =>
      readProcess(
        `run.processes[${index}]`,
        mapping(`run.processes[${index}]`, process),
        plugins.set,
      ),
    ),
    ...(described && { plugins: described }),
  };
}

/** Options that a run did not have in the first version, and what stood for them then. */
const laterOptions = { evict: 'random' } as const;
const laterTlb = { policy: 'lru' } as const;

/** Nothing is filled in: a configuration is recorded whole, so what is missing was taken away. */
function readConfig(config: Record<string, unknown>, plugins: PluginSet): SimulationConfig {
  const tlb = { ...laterTlb, ...mapping('run.config.tlb', config['tlb']) };
  const whole = { ...laterOptions, ...config, tlb };
  checkLike('run.config', whole, { ...defaultConfig });
  try {
    return configure(whole as Partial<SimulationConfig>, plugins);
  } catch (error) {
    if (error instanceof ConfigError) throw new UnexpectedValue(`run.config.${error.message}`);
    throw error;
  }
}

/** Checks that a value has the keys of another, with values of the same types. */
function checkLike(path: string, value: unknown, like: Record<string, unknown>): void {
  const found = mapping(path, value);
  for (const [key, sample] of Object.entries(like)) {
    const [place, inner] = [`${path}.${key}`, found[key]];
    if (typeof sample === 'object' && sample !== null && !Array.isArray(sample)) {
      checkLike(place, inner, sample as Record<string, unknown>);
    } else if (typeof inner !== typeof sample || Array.isArray(inner) !== Array.isArray(sample)) {
      const expected = Array.isArray(sample) ? 'list' : typeof sample;
      throw UnexpectedValue.of(place, `a ${expected}`, inner);
    }
  }
}

function readProcess(
  place: string,
  process: Record<string, unknown>,
  plugins: PluginSet,
): DescribedProcess {
  const kind = oneOf(`${place}.kind`, process['kind'], ['trace', 'carried', 'tree', 'pattern']);
  switch (kind) {
    case 'trace':
    case 'carried':
      return { kind, file: readFile(`${place}.file`, process['file']) };
    case 'tree': {
      const paths = list(`${place}.paths`, process['paths'], 1);
      const files = list(`${place}.files`, process['files'], 1);
      return {
        kind,
        paths: paths.map((path, index) => text(`${place}.paths[${index}]`, path)),
        files: files.map((file, index) => readFile(`${place}.files[${index}]`, file)),
      };
    }
    case 'pattern':
      return { kind, ...readPattern(place, process, plugins) };
  }
}

function readPattern(place: string, process: Record<string, unknown>, plugins: PluginSet) {
  const pattern = text(`${place}.pattern`, process['pattern']);
  const options = mapping(`${place}.options`, process['options']);
  try {
    patternTree(pattern, options, patternsOf(plugins));
  } catch (error) {
    if (error instanceof PatternError) throw new UnexpectedValue(`${place}: ${error.message}`);
    throw error;
  }
  return { pattern, options: options as Record<string, number | string> };
}

function readFile(place: string, value: unknown): DescribedFile {
  const file = mapping(place, value);
  return {
    path: text(`${place}.path`, file['path']),
    bytes: wholeNumber(`${place}.bytes`, file['bytes'], 0),
    sha256: text(`${place}.sha256`, file['sha256']),
  };
}
