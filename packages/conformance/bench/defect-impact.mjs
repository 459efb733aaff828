// SPDX-License-Identifier: GPL-2.0-or-later

// `node packages/conformance/bench/defect-impact.mjs [FOLDER]`, after a build: in how many recorded
// traces each defect of the original makes a difference. Every trace is replayed once for each
// defect, with that one mended and all others as they were, up to the first result that differs.
// docs/defects.md has the figures. It takes minutes.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { ConformanceMachine, HostPool, readTraces, sameResult } from '@lguest-sim/conformance';
import { defectCatalogue } from '@lguest-sim/mmu-host';

const beside = fileURLToPath(new URL('../../../../shared/conformance/', import.meta.url));
const folder = process.argv[2] ?? beside;
const names = Object.keys(defectCatalogue);
const hosts = new HostPool();
/** For each defect and profile, traces that come out differently. */
const counts = new Map(names.map((name) => [name, {}]));

for (const file of readdirSync(folder).filter((name) => name.endsWith('.ndjson.gz'))) {
  const profile = file.split('-').slice(0, 2).join('-');
  for (const trace of readTraces(gunzipSync(readFileSync(`${folder}/${file}`)))) {
    for (const name of names.filter((defect) => differsWithout(trace, defect))) {
      const count = counts.get(name);
      count[profile] = (count[profile] ?? 0) + 1;
    }
  }
}

for (const [name, count] of counts) {
  const total = Object.values(count).reduce((sum, traces) => sum + traces, 0);
  console.log(`${defectCatalogue[name].reference} ${name}: ${total} ${JSON.stringify(count)}`);
}

/** Whether a trace comes out differently with one defect mended. */
function differsWithout({ header, steps }, defect) {
  const host = hosts.take(header);
  const machine = new ConformanceMachine(header, { defects: { [defect]: false }, host });
  return steps.some((step) => !sameResult(step.expected, machine.step(step.operation)));
}
