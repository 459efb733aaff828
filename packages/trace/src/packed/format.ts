// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * The numbers of the packed form; docs/trace-format.md describes it. All are little-endian.
 *
 *     file    | header | LOG | ACCESSES ... | LOG END | LOG ... | END |
 *     header  | magic 8 | version 2 | flags 2 | CRC-32 of these 4 |
 *     block   | kind 1 | number 3 | records 4 | payload bytes 4 | CRC-32 of these and the payload 4 | payload |
 */
export const MAGIC: readonly number[] = [0x89, 0x4c, 0x47, 0x54, 0x0d, 0x0a, 0x1a, 0x0a];

/** What this reader and writer know. */
export const VERSION = 2;

/** Flag: the logs are those of one program and its children. Without it there is exactly one log. */
export const FLAG_TREE = 1;

export const FILE_HEADER_BYTES = 16;
export const BLOCK_HEADER_BYTES = 16;

/** Bytes of a header, of the file or a block, that its CRC-32 is over. */
export const CHECKED_HEADER_BYTES = 12;

/** What a block is. */
export const BlockKind = { log: 1, accesses: 2, logEnd: 3, end: 4 } as const;

/** Blocks are numbered from 0, in 24 bits that wrap. */
export const BLOCK_NUMBER_MASK = 0xffffff;

/** Most records in a block. */
export const MAX_RECORDS = 65536;

/** Most regions that the accesses of one block use. */
export const MAX_REGIONS = 1023;

/** Most pages that they use: a page's number takes 13 bits. */
export const MAX_PAGES = 8192;

/** Most accesses in a packet. */
export const MAX_PACKET_ACCESSES = 128;

/** Most pages that a packet uses: a place in it takes 4 bits for the page and 12 for the offset. */
export const MAX_PACKET_PAGES = 16;

/** A block takes no further system call once those that it has take as many bytes. */
export const MAX_CALL_BYTES = 256 * 1024;

/** Most bytes of remarks that are kept of a log's beginning. */
export const MAX_HEADER_TEXT_BYTES = 256 * 1024;

/** Most bytes of a payload: what all the above come to is less. */
export const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

/** At the start of an ACCESSES payload: regions 2, zero 2, calls 4, bytes of calls 4, then the lengths of columns. */
export const SECTIONS_BYTES = 12 + 8 * 4;

/** Bytes of a region's number in the list of regions. */
export const REGION_NUMBER_BYTES = 6;

/** Before each call's text: records of the block before it 4, bytes of text 2. */
export const CALL_HEADER_BYTES = 6;

/** Payload of LOG END: records 8, calls 8. */
export const LOG_END_BYTES = 16;

/** Payload of END: logs 4. */
export const END_BYTES = 4;
