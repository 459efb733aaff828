// SPDX-License-Identifier: GPL-2.0-or-later
import { frameWord, PAGE_WORDS, type Pfn } from '@lguest-sim/x86';

/**
 * What a shadow table held after the last operation, and the tables that it pointed to then.
 *
 * It stands for a place in the tree (slot, top index, middle index), not for a frame: a table that is
 * thrown away and made anew within one operation is compared as if it had stayed.
 */
export class TableCopy {
  readonly words = new Int32Array(PAGE_WORDS);
  /** By index of the entry that points there; undefined where it is not present. */
  readonly children: (TableCopy | undefined)[] = [];
  /** Indexes of the entries that are present, ascending; only kept above the leaf level. */
  present: readonly number[] = [];

  /** The entry at `index` is present now: this is what it points to. */
  addChild(index: number, child: TableCopy): void {
    this.children[index] = child;
    this.present = [...this.present, index].sort((a, b) => a - b);
  }

  /** The entry at `index` is not present any more. Returns what it pointed to. */
  removeChild(index: number): TableCopy {
    const child = this.children[index]!;
    this.children[index] = undefined;
    this.present = this.present.filter((other) => other !== index);
    return child;
  }

  /**
   * Finds the first word from `start` on in which a table differs from this copy.
   *
   * Nearly all tables are as they were nearly always, so this is where a replay spends its time:
   * four words are compared at once.
   *
   * @param words host memory
   * @returns its index in the table, or 1024 if there is none
   */
  firstDifference(words: Int32Array, table: Pfn, start: number): number {
    const known = this.words;
    const end = known.length;
    const first = frameWord(table);
    let at = start & ~3;
    while (at < end) {
      const here = first + at;
      const differs =
        (words[here]! ^ known[at]!) |
        (words[here + 1]! ^ known[at + 1]!) |
        (words[here + 2]! ^ known[at + 2]!) |
        (words[here + 3]! ^ known[at + 3]!);
      if (differs !== 0) break;
      at += 4;
    }
    while (at < end && (at < start || words[first + at] === known[at])) at++;
    return at;
  }
}

/** Copies that are not in use now, kept because tables come and go all the time. */
export class TableCopies {
  private readonly spare: TableCopy[] = [];

  /** A copy of an empty table. */
  take(): TableCopy {
    return this.spare.pop() ?? new TableCopy();
  }

  /** Gives a copy back; those of the tables below it must have been given back before. */
  giveBack(copy: TableCopy): void {
    copy.words.fill(0);
    copy.children.length = 0;
    copy.present = [];
    this.spare.push(copy);
  }
}
