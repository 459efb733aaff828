// SPDX-License-Identifier: GPL-2.0-or-later
import type { PatternPlugin } from '@lguest-sim/simulation';
import { patternTree, type OptionSpec } from '@lguest-sim/trace';
import type { Check } from '../policy-checks.js';
import { Finding } from '../problem.js';
import { contentOf } from '../trace-content.js';

type Options = Readonly<Record<string, number | string>>;

/** What there is to check of a pattern. */
export function patternChecks(plugin: PatternPlugin): Check[] {
  const settings = { patterns: [plugin] };
  const read = async (options: Options, capacity: number): Promise<string> => {
    const tree = patternTree(plugin.name, options, settings);
    const texts: string[] = [];
    // The last ones first: what a process does depends on no other.
    for (const pid of [...tree.pids].reverse()) {
      texts.push(await contentOf(await tree.open(pid), capacity));
    }
    return texts.reverse().join('\n');
  };
  return [
    [
      'answers',
      async () => {
        for (const options of optionsOf(plugin)) await read(options, 64);
      },
    ],
    [
      'determinism',
      async () => {
        for (const options of optionsOf(plugin)) {
          const first = await read(options, 4096);
          if ((await read(options, 4096)) === first) continue;
          const text = JSON.stringify(options);
          throw new Finding(`run with ${text}: expected the same twice, got something else`);
        }
      },
    ],
    [
      'independence',
      async () => {
        const first = await read({}, 4096);
        if ((await read({}, 61)) === first) return;
        throw new Finding('run: expected the same however often it yields, got something else');
      },
    ],
  ];
}

/** The defaults, and each option at its least, or at each choice. */
function optionsOf({ options }: PatternPlugin): Options[] {
  const variants = Object.entries(options).flatMap(([name, spec]) =>
    valuesOf(spec).map((value) => ({ [name]: value })),
  );
  return [{}, ...variants];
}

function valuesOf(spec: OptionSpec): readonly (number | string)[] {
  if (spec.kind === 'choice') return spec.choices;
  return spec.multipleOf === undefined ? [spec.min] : [];
}
