// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readScenario } from '../src/scenario/read-scenario.js';
import { scenarioSchema } from '../src/scenario/schema.js';

const folder = new URL('../scenarios/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const isValid = new Ajv({ allowUnionTypes: true }).compile(scenarioSchema());

describe('the schema of scenarios', () => {
  it('is shipped as the reader has it', () => {
    // If not: node tools/scenario-schema.mjs
    expect(JSON.parse(read('scenario.schema.json'))).toEqual(
      JSON.parse(JSON.stringify(scenarioSchema())),
    );
  });

  it.each(files)('takes the shipped %s, which names it for editors', (name) => {
    const text = read(name);
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=scenario.schema.json');
    expect(isValid(parse(text)), JSON.stringify(isValid.errors)).toBe(true);
  });

  it.each([
    'processes: [{ trace: a }, { tree: b }, { tree: [a, b], times: 2 }]',
    'processes: [{ pattern: zipf, skew: 0.5, pages: 3, times: 2 }]',
    'processes: [{ pattern: sequential, stride: 8 }]',
    'processes: [{ pattern: sequential, stride: 6 }]',
    'processes: [{ pattern: kernel-churn, how: kmap }]',
    'processes: [{ pattern: kernel-churn, how: alloc }]',
    'processes: [{ pattern: zipf, children: 2 }]',
    'processes: [{ pattern: zip }]',
    'processes: [{ trace: a, tree: b }]',
    'processes: [{ trace: "-" }]',
    'processes: [{ tree: [] }]',
    'processes: [{ times: 2 }]',
    'processes: []',
    'processes: [{ trace: a }]\nmachine: { cpus: 64, tlb: { entries: 128, ways: 8 } }',
    'processes: [{ trace: a }]\nmachine: { cpus: 65 }',
    'processes: [{ trace: a }]\nmachine: { cpus: "2" }',
    'processes: [{ trace: a }]\nmachine: { tlb: { entries: 48 } }',
    'processes: [{ trace: a }]\nmachine: { speed: 1 }',
    'processes: [{ trace: a }]\nmachine: { costs: { access: 0 } }',
    'processes: [{ trace: a }]\nguests: { memory: 8388608 }',
    'processes: [{ trace: a }]\nguests: { memory: 8388609 }',
    'processes: [{ trace: a }]\nguests: { memory: 64MB }',
    'processes: [{ trace: a }]\nscheduler: { migrate: 7 }',
    'processes: [{ trace: a }]\nname: ""',
    'name: a',
    'processes: [{ trace: a }]\ncheck: true',
    'processes: [{ trace: a }]\ncheck: 1',
    'processes: [{ trace: a }]\nguests: { zeroing: lazy }',
    'processes: [{ trace: a }]\nguests: { zeroing: never }',
    'processes: [{ trace: a }]\nguests: []',
    'processes: [{ trace: a }]\nguests: [{}]',
    'processes: [{ trace: a }]\nguests: [{ count: 2, memory: 8M, slice: 5000 }]',
    'processes: [{ trace: a }]\nguests: [{ times: 2 }]',
    'processes: [{ trace: a }]\nguests: [{}, { processes: [{ trace: b }] }]',
    'processes: [{ trace: a }]\nguests: [{ processes: [{ trace: b }] }]',
    'guests: [{ processes: [{ trace: b }] }]',
    'guests: [{ processes: [] }]',
    'guests: [{}, { processes: [{ trace: b }] }]',
    'guests: { count: 2 }',
  ])('agrees with the reader on %j', (text) => {
    let isRead = true;
    try {
      readScenario('a.yaml', text);
    } catch {
      isRead = false;
    }
    expect(isValid(parse(text))).toBe(isRead);
  });
});
