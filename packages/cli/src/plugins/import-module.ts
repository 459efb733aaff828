// SPDX-License-Identifier: GPL-2.0-or-later

type ImportModule = (url: string) => Promise<unknown>;

let importer: ImportModule = (url) => import(url);

/**
 * Says how to import a module of somebody else: a file that was loaded from a code cache cannot by
 * itself (`loadBundle`).
 */
export function importModulesWith(importModule: ImportModule): void {
  importer = importModule;
}

/** Imports a module, and so runs it. @throws whatever it throws */
export function importModule(url: string): Promise<unknown> {
  return importer(url);
}
