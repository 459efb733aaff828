#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
import { quickAnswer, writeAnswer } from '../dist/quick-answer.js';

const args = process.argv.slice(2);
const answer = quickAnswer(args[0]);
if (answer === undefined || !(await writeAnswer(answer))) {
  // For debugging, the modules one by one: stack traces then name them.
  const { fail, importModulesWith, main } = process.env['LGUEST_SIM_DEBUG']
    ? await import('../dist/main.js')
    : (await import('../dist/load-bundle.js')).loadBundle().exports;

  importModulesWith((url) => import(url));

  // What no promise leads to here is a defect, and is told like any other.
  process.on('uncaughtException', (error) => process.exit(fail(error)));

  process.exitCode = await main(args);
}
