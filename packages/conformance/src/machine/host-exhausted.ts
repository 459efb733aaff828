// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * The replay's own host memory is full. A trace's page limit is another thing: this says nothing
 * about the code under test, so there is no verdict.
 */
export class HostExhausted extends Error {
  constructor(frames: number) {
    super(`the host memory of this replay is full: all of its ${frames} frames are in use`);
    this.name = 'HostExhausted';
  }
}
