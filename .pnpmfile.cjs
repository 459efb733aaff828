// SPDX-License-Identifier: GPL-2.0-or-later
// What a published manifest leaves out: what only this workspace knows what to do with.
const SOURCE = '@lguest-sim/source';

/** @param {{ nx?: unknown, devDependencies?: unknown, exports: Record<string, unknown> }} manifest */
function beforePacking({ nx: _targets, devDependencies: _tools, ...manifest }) {
  const entries = Object.entries(manifest.exports).map(([path, target]) => {
    if (typeof target !== 'object') return [path, target];
    const { [SOURCE]: _sources, ...conditions } = target;
    return [path, conditions];
  });
  return { ...manifest, exports: Object.fromEntries(entries) };
}

module.exports = { hooks: { beforePacking } };
