// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';
import { examplesIn } from '../packed/readme-examples.mjs';

/** @param {...string} lines */
const read = (...lines) => examplesIn(lines.join('\n'), 'bus', 'packages/bus/README.md');

const program = [
  '```ts',
  "import { Bus } from '@lguest-sim/bus';",
  'console.log(1); // => 1',
  '```',
];

describe('the examples of a README', () => {
  it('are its fences of ts, with the lines that they print', () => {
    expect(read('# Bus', '', ...program)).toEqual([
      {
        name: 'bus',
        place: 'packages/bus/README.md:3',
        code: "import { Bus } from '@lguest-sim/bus';\nconsole.log(1); // => 1\n",
        prints: ['1'],
        needsNode: false,
      },
    ]);
  });

  it('print what a fence of text behind them says', () => {
    const [example] = read('```ts', 'tell();', '```', '', 'prints', '', '```text', 'a', 'b', '```');
    expect(example?.prints).toEqual(['a', 'b']);
  });

  it('are numbered, and know who needs Node', () => {
    const file = ['```ts', "import { openTrace } from '@lguest-sim/trace/node';", '// => 2', '```'];
    const command = ['```ts', "import { main } from 'lguest-sim';", '// => 3', '```'];
    expect(read(...program, ...file, ...command)).toMatchObject([
      { name: 'bus', needsNode: false },
      { name: 'bus-2', needsNode: true },
      { name: 'bus-3', needsNode: true },
    ]);
  });

  it('have to say what they print', () => {
    const silent = () => read('', '```ts', 'tell();', '```', '## Next', '```text', 'a', '```');
    expect(silent).toThrow('packages/bus/README.md:2: expected what the program prints');
  });

  it('are not in another language, where nobody would try them', () => {
    const other = () => read('```js', 'tell(); // => 1', '```');
    expect(other).toThrow('packages/bus/README.md:1: expected a program as a fence of ts');
  });
});
