// SPDX-License-Identifier: GPL-2.0-or-later

/** What `lguest-sim --help` says. */
export const overview = `lguest-sim COMMAND [options]

Simulates a whole lguest machine: host CPUs, guests that move between them, the
Switcher, and the shadow page tables, running memory traces of real programs.

Commands:
  run         Run guests on a simulated machine; without options, a default one
  replay      Do a recorded run again and compare every message
  resume      Go on with a run from a checkpoint
  conform     Compare the shadow MMU with recorded runs of the original code
  explain     Tell one page fault or migration step by step
  compare     Show two runs side by side, notable differences first
  fuzz        Let hostile guests loose on a machine under audit
  modelcheck  Look at every state that a small machine can be in
  bench       Measure how fast the simulator is on this machine
  scenarios   List the scenarios that come with the command, for run
  machines    Show the state machines that the simulated machine is made of
  trace       Pack traces, unpack them, and tell what is in them

Options:
  -h, --help  Show this help, or after a command that command's
  --version   Show the version

Examples:
  lguest-sim run
  lguest-sim run fork-storm --cpus 2
  lguest-sim run --trace sort.lackey.gz --cpus 4 --guests 8 --json result.json
  lguest-sim run --events log.ndjson && lguest-sim replay log.ndjson
  lguest-sim conform traces/

Exit code: 0 done, 1 failed or different, 2 bad input, 130 ended by Ctrl-C.
`;
