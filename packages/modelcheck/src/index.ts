// SPDX-License-Identifier: GPL-2.0-or-later
export {
  explore,
  exploreLayers,
  type Exploration,
  type ExploreOptions,
  type Layer,
} from './explore.js';
export type { Finding, Found } from './findings.js';
export { limits, type ModelOptions } from './model-options.js';
export { renderExploration, renderFinding, renderLayer, renderModel } from './render.js';
