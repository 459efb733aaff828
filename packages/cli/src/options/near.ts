// SPDX-License-Identifier: GPL-2.0-or-later

/** Whether one is the other but for one letter, or its beginning. */
export function isNear(known: string, given: string): boolean {
  if (given.length < 2) return false;
  if (known.startsWith(given)) return true;
  const common = commonStart(known, given);
  const rests = [known.slice(common), given.slice(common)] as const;
  return (
    rests[0].slice(1) === rests[1] ||
    rests[0] === rests[1].slice(1) ||
    rests[0].slice(1) === rests[1].slice(1)
  );
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
