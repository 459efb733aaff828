// SPDX-License-Identifier: GPL-2.0-or-later
import type { AnyStateMachine, AnyStateNode } from 'xstate';

/**
 * A machine as a Mermaid state diagram, which code hosts render in Markdown.
 *
 * @returns lines joined by newlines, without a code fence; the same for the same machine
 */
export function mermaidOf(machine: AnyStateMachine): string {
  return ['stateDiagram-v2', ...linesOf(machine.root, '  ')].join('\n');
}

function linesOf(node: AnyStateNode, indent: string): string[] {
  const lines: string[] = [];
  const initial = node.initial.target[0];
  if (initial !== undefined) lines.push(`${indent}[*] --> ${nameOf(initial)}`);
  for (const child of Object.values(node.states)) lines.push(...childLines(child, indent));
  return lines;
}

function childLines(child: AnyStateNode, indent: string): string[] {
  const lines: string[] = [];
  const name = nameOf(child);
  if (Object.keys(child.states).length > 0) {
    lines.push(`${indent}state ${name} {`, ...linesOf(child, `${indent}  `), `${indent}}`);
  }
  for (const [to, events] of eventsByTarget(child)) {
    lines.push(`${indent}${name} --> ${to}: ${events.join(', ')}`);
  }
  if (child.type === 'final') lines.push(`${indent}${name} --> [*]`);
  return lines;
}

/** One arrow for all events that lead from one state to another, or that leave it where it is. */
function eventsByTarget(node: AnyStateNode): Map<string, string[]> {
  const events = new Map<string, string[]>();
  for (const [event, transitions] of node.transitions) {
    for (const { target } of transitions) {
      const to = nameOf(target?.[0] ?? node);
      events.set(to, [...(events.get(to) ?? []), event]);
    }
  }
  return events;
}

/** Mermaid names are global to a diagram: the path below the root, joined by underscores. */
function nameOf(node: AnyStateNode): string {
  return node.path.join('_');
}
