/** `node:tty`. A sandbox has no terminal. */
export function isatty(): boolean {
  return false
}
export class ReadStream {}
export class WriteStream {}
