#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
import { fail, main } from '../dist/main.js';

// What no promise leads to here is a defect, and is told like any other.
process.on('uncaughtException', (error) => process.exit(fail(error)));

process.exitCode = await main(process.argv.slice(2));
