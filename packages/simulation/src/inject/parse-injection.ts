// SPDX-License-Identifier: GPL-2.0-or-later
import { messageFaultKinds, routes, type Topic } from '@lguest-sim/bus';
import { ConfigError } from '../config-error.js';
import { INJECTION_SYNTAX, pageFaultKinds, type Injection } from './injection.js';

/** Digits that a number may have: as many as clocks can count. */
const TIME = '(?:@(\\d{1,15}))?';
const PAGE = '(\\d{1,7}|0x[0-9a-fA-F]{1,5})';

const frames = new RegExp(`^frames:(\\d{1,7})${TIME}$`);
const pages = new RegExp(`^(${pageFaultKinds.join('|')}):(\\d{1,4})/${PAGE}(?:-${PAGE})?${TIME}$`);
const offline = /^offline:(\d{1,4})@(\d{1,15})$/;
const message = new RegExp(`^(${messageFaultKinds.join('|')}):([a-z-]+|\\*)(?:#(\\d{1,9}))?$`);

/**
 * Reads one injection.
 *
 * @param option what it is called in messages
 * @throws ConfigError for what is none
 */
export function parseInjection(option: string, text: unknown): Injection {
  const injection = typeof text === 'string' ? parse(text) : undefined;
  if (injection !== undefined) return injection;
  throw new ConfigError(option, INJECTION_SYNTAX, text);
}

function parse(text: string): Injection | undefined {
  return parseFrames(text) ?? parsePages(text) ?? parseOffline(text) ?? parseMessage(text);
}

function parseFrames(text: string): Injection | undefined {
  const match = frames.exec(text);
  if (match === null) return undefined;
  return { kind: 'frames', frames: Number(match[1]), at: Number(match[2] ?? 0) };
}

function parsePages(text: string): Injection | undefined {
  const match = pages.exec(text);
  if (match === null) return undefined;
  const kind = pageFaultKinds.find((one) => one === match[1])!;
  const first = Number(match[3]);
  const last = Number(match[4] ?? match[3]);
  return { kind, guest: Number(match[2]), first, last, at: Number(match[5] ?? 0) };
}

function parseOffline(text: string): Injection | undefined {
  const match = offline.exec(text);
  return match === null
    ? undefined
    : { kind: 'offline', cpu: Number(match[1]), at: Number(match[2]) };
}

function parseMessage(text: string): Injection | undefined {
  const match = message.exec(text);
  if (match === null) return undefined;
  const [, kind, topic, nth = '1'] = match;
  if (topic !== '*' && !Object.hasOwn(routes, topic!)) return undefined;
  return {
    kind: messageFaultKinds.find((one) => one === kind)!,
    topic: topic as Topic | '*',
    nth: Number(nth),
  };
}
