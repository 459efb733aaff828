// SPDX-License-Identifier: GPL-2.0-or-later

/** Where a log comes from. */
export interface LogOrigin {
  /** Whether the file is packed; otherwise it is Lackey's text. */
  readonly isPacked: boolean;
  /** Whether the file says that its logs are those of one program and its children. */
  readonly isTree: boolean;
}

/** Who is told what is in logs, in order, addresses as traced. */
export interface LogSink {
  startLog(origin: LogOrigin): void;
  /** A remark or blank line before the first record and system call. Later ones are not told. */
  remark(text: string): void;
  /**
   * @param kind AccessKind or MODIFY.
   * @param high bits 32 to 63 of the address, unsigned.
   * @param low bits 0 to 31, unsigned.
   * @param size 1 to 4096 bytes, within 64 bits.
   */
  record(kind: number, high: number, low: number, size: number): void;
  /** A SYSCALL line, or an outcome that stands alone, well-formed, without its line end. */
  call(text: string): void;
  endLog(): void;
}
