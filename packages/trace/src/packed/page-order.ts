// SPDX-License-Identifier: GPL-2.0-or-later

/** Pages in the order of their last use, the last one last, and how each was used. A few at a time. */
export class PageOrder {
  readonly pages: number[] = [];
  /** Of each page, `PageUse`. */
  readonly uses: number[] = [];

  get size(): number {
    return this.pages.length;
  }

  has(page: number): boolean {
    return this.pages.includes(page);
  }

  clear(): void {
    this.pages.length = 0;
    this.uses.length = 0;
  }

  /** A page is used. */
  touch(page: number, use: number): void {
    const { pages, uses } = this;
    const last = pages.length - 1;
    let at = last;
    while (at >= 0 && pages[at] !== page) at--;
    if (at < 0) {
      pages.push(page);
      uses.push(use);
      return;
    }
    const all = uses[at]! | use;
    for (; at < last; at++) {
      pages[at] = pages[at + 1]!;
      uses[at] = uses[at + 1]!;
    }
    pages[last] = page;
    uses[last] = all;
  }

  /** The pages of another are used, in its order. */
  touchAll({ pages, uses }: PageOrder): void {
    for (let at = 0; at < pages.length; at++) this.touch(pages[at]!, uses[at]!);
  }
}
