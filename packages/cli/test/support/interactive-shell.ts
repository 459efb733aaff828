// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const PROMPT = 'READY>';

/** How a shell is started, and made ready to complete from a script. */
const shells = {
  bash: {
    command: 'bash --norc --noprofile -i',
    prepare: (script: string) => `PS1='${PROMPT}'; source ${script}`,
    echo: `lguest-sim() { printf '<%s>' "$@"; echo; }`,
  },
  zsh: {
    command: 'zsh -f -i',
    prepare: (script: string) =>
      `PS1='${PROMPT}'; autoload -U compinit && compinit -D -u; source ${script}`,
    echo: `lguest-sim() { printf '<%s>' "$@"; echo; }`,
  },
  fish: {
    command: 'fish --no-config -i',
    prepare: (script: string) => `function fish_prompt; echo -n '${PROMPT}'; end; source ${script}`,
    echo: `function lguest-sim; printf '<%s>' $argv; echo; end`,
  },
} as const;

export type InteractiveShell = keyof typeof shells;

/** Why keys cannot be typed into this shell here, if they cannot. */
export function missing(shell: InteractiveShell): string | undefined {
  const absent = [shell, 'script'].find((name) => spawnSync(name, ['--version']).error);
  return absent === undefined ? undefined : `${absent} is not installed`;
}

/**
 * Types keys into a shell on a terminal of its own, and returns with which arguments `lguest-sim`
 * was called then.
 * @param script the shell's completions
 */
export async function typed(
  shell: InteractiveShell,
  script: string,
  keys: string,
  cwd: string,
): Promise<string[]> {
  const { command, prepare, echo } = shells[shell];
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TERM: 'dumb', LC_ALL: 'C' },
  });
  try {
    const shown = collect(child);
    child.stdin.write(`${prepare(script)}; ${echo}\n`);
    await until(shown, (text) => text.trimEnd().endsWith(PROMPT) && text.includes('\n'));
    child.stdin.write(`${keys}\n`);
    await until(shown, (text) => /^(<.*>)\r?$/m.test(text));
    const [, line = ''] = /^(<.*>)\r?$/m.exec(shown.text)!;
    return line.slice(1, -1).split('><');
  } finally {
    child.stdin.end();
    child.kill('SIGKILL');
  }
}

interface Shown {
  text: string;
}

/** What is on the terminal, without the sequences that move its cursor. */
function collect(child: ChildProcessWithoutNullStreams): Shown {
  const shown: Shown = { text: '' };
  let raw = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    raw += data;
    shown.text = raw.replace(/\x1b\[[^A-Za-z]*[A-Za-z]|\x1b[>=]/g, '');
  });
  return shown;
}

async function until(shown: Shown, isSo: (text: string) => boolean): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (isSo(shown.text)) return;
    await sleep(20);
  }
  throw new Error(`the shell shows ${JSON.stringify(shown.text)}`);
}
