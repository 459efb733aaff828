// SPDX-License-Identifier: GPL-2.0-or-later
import type { Track, TraceEvent } from './trace-event.js';

/** The host CPUs are one process, and each guest is one. */
const HOST_PID = 1;
const FIRST_GUEST_PID = 10;

/** Track of a host CPU. */
export function cpuTrack(cpu: number): Track {
  return { pid: HOST_PID, tid: cpu + 1 };
}

/** Counts over all of the machine. */
export const machineTrack: Track = { pid: HOST_PID, tid: 0 };

/** What a guest runs. */
export function guestTrack(guest: number): Track {
  return { pid: FIRST_GUEST_PID + guest, tid: 1 };
}

/** What the shadow MMU does for a guest. */
export function mmuTrack(guest: number): Track {
  return { pid: FIRST_GUEST_PID + guest, tid: 2 };
}

/** The names of all tracks. */
export function trackNames(cpus: number, guests: number): TraceEvent[] {
  const events: TraceEvent[] = [...processNames(HOST_PID, 'Host CPUs', 0)];
  for (let cpu = 0; cpu < cpus; cpu++) events.push(...threadNames(cpuTrack(cpu), `CPU ${cpu}`));
  for (let guest = 0; guest < guests; guest++) {
    const track = guestTrack(guest);
    events.push(...processNames(track.pid, `Guest ${guest}`, guest + 1));
    events.push(...threadNames(track, 'runs'), ...threadNames(mmuTrack(guest), 'shadow MMU'));
  }
  return events;
}

function processNames(pid: number, name: string, order: number): TraceEvent[] {
  return [
    { ph: 'M', pid, tid: 0, name: 'process_name', args: { name } },
    { ph: 'M', pid, tid: 0, name: 'process_sort_index', args: { sort_index: order } },
  ];
}

function threadNames(track: Track, name: string): TraceEvent[] {
  return [
    { ph: 'M', ...track, name: 'thread_name', args: { name } },
    { ph: 'M', ...track, name: 'thread_sort_index', args: { sort_index: track.tid } },
  ];
}
