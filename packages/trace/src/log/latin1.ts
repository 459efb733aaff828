// SPDX-License-Identifier: GPL-2.0-or-later

/** Text of characters below 256 as bytes, one each. */
export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
