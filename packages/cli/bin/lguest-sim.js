#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
import { loadBundle } from '../dist/load-bundle.js';

// For debugging, the modules one by one: stack traces then name them.
const { fail, main } = process.env['LGUEST_SIM_DEBUG']
  ? await import('../dist/main.js')
  : loadBundle().exports;

// What no promise leads to here is a defect, and is told like any other.
process.on('uncaughtException', (error) => process.exit(fail(error)));

process.exitCode = await main(process.argv.slice(2));
