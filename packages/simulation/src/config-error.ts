// SPDX-License-Identifier: GPL-2.0-or-later

/** A value in the configuration that cannot be used. */
export class ConfigError extends Error {
  /** What a program tells it by. */
  readonly code = 'BAD_OPTION';
  /** Name of the option, as in `SimulationConfig`; of one in a list also its place: `hotplug[1].cpu`. */
  readonly option: string;

  constructor(option: string, expected: string, actual: unknown) {
    super(`${option}: expected ${expected}, got ${String(actual)}`);
    this.name = 'ConfigError';
    this.option = option;
  }
}
