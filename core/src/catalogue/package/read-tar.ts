import { refusal } from './fault.ts'
import { createPathCheck } from './paths.ts'

/** A file of a package. */
export interface TarFile {
  /** Relative to the package, with slashes. */
  path: string
  bytes: Buffer
}

const BLOCK = 512
const MAX_ENTRIES = 5000
const MAX_PAX_BYTES = 64 * 1024

/**
 * Reads an archive in the format `ustar` with extended headers (POSIX.1-2024, pax, "ustar Interchange Format"), as npm, pnpm and
 * yarn write packages. Accepts regular files and folders only. Rejects everything that other readers are known to interpret
 * differently: GNU and old formats, global headers, sizes in two places, sizes that are not octal.
 *
 * @throws {AshlarError} TARBALL_INVALID
 */
export function readTar(tar: Buffer): TarFile[] {
  const checkPath = createPathCheck()
  const files: TarFile[] = []
  let extended = new Map<string, string>()
  let entries = 0
  for (let at = 0; ;) {
    const header = tar.subarray(at, at + BLOCK)
    if (header.length < BLOCK) throw tarError('it ends in the middle of an entry')
    if (isZero(header)) return finish(tar, at, files)
    if (++entries > MAX_ENTRIES * 2) throw tarError(`it has more than ${MAX_ENTRIES} files`)
    assertHeader(header)
    const size = readSize(header)
    const bytes = tar.subarray(at + BLOCK, at + BLOCK + size)
    if (bytes.length < size) throw tarError(`the header of an entry states ${size} bytes, but only ${bytes.length} are left`)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    const type = String.fromCharCode(header[156] ?? 0)
    if (type === 'x') {
      if (extended.size > 0) throw tarError('it has two extended headers in a row')
      extended = parsePax(bytes)
      continue
    }
    const path = checkPath(readName(header, extended), parseKind(type, size))
    if (extended.has('size') && extended.get('size') !== String(size)) throw tarError('an entry has two sizes')
    extended = new Map()
    if (type === '5') continue
    if (files.length === MAX_ENTRIES) throw tarError(`it has more than ${MAX_ENTRIES} files`)
    files.push({ path, bytes })
  }
}

/** Only zeros may follow the end. */
function finish(tar: Buffer, at: number, files: TarFile[]): TarFile[] {
  if (!isZero(tar.subarray(at))) throw tarError('it has data after its end')
  if (files.length === 0) throw tarError('it has no files')
  return files
}

function parseKind(type: string, size: number): 'file' | 'folder' {
  if (type === '0' || type === '\0') return 'file'
  if (type === '5' && size === 0) return 'folder'
  const what = KINDS[type] ?? `an entry of type ${JSON.stringify(type)}`
  throw tarError(`it has ${what}; only regular files and folders are allowed`)
}

const KINDS: Record<string, string> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '5': 'a folder with content',
  '6': 'a pipe',
  g: 'a global header',
  K: 'a GNU long link',
  L: 'a GNU long name',
  S: 'a sparse file',
}

function assertHeader(header: Buffer): void {
  if (header.toString('latin1', 257, 263) !== 'ustar\0' || header.toString('latin1', 263, 265) !== '00')
    throw tarError('it is not in the format ustar that `npm pack` writes')
  const stated = readOctal(header, 148, 156)
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0)
  if (stated !== sum) throw tarError('the checksum of an entry is wrong')
}

function readSize(header: Buffer): number {
  const size = readOctal(header, 124, 136)
  if (size === undefined) throw tarError('the size of an entry is not an octal number')
  return size
}

/** @returns undefined unless the field has octal digits that end with NUL or space */
function readOctal(header: Buffer, from: number, to: number): number | undefined {
  const [, digits] = /^ *([0-7]+)[ \0]*$/.exec(header.toString('latin1', from, to)) ?? []
  return digits === undefined ? undefined : Number.parseInt(digits, 8)
}

function readName(header: Buffer, extended: ReadonlyMap<string, string>): string {
  const long = extended.get('path')
  if (long !== undefined) return long
  const prefix = readField(header, 345, 500)
  const name = readField(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

function readField(header: Buffer, from: number, to: number): string {
  const end = header.indexOf(0, from)
  return decode(header.subarray(from, end < 0 || end > to ? to : end))
}

/** Parses records `<length> <key>=<value>\n`, with the length of the record in bytes. Keys of owners and times have no effect. */
function parsePax(bytes: Buffer): Map<string, string> {
  if (bytes.length > MAX_PAX_BYTES) throw tarError('an extended header is too long')
  const records = new Map<string, string>([['', '']])
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at)
    const length = Number(/^[1-9]\d{0,5}$/.exec(bytes.toString('latin1', at, space < 0 ? at : space))?.[0])
    const record = decode(bytes.subarray(space + 1, at + length))
    const equals = record.indexOf('=')
    if (!(length > 0) || at + length > bytes.length || equals < 1 || !record.endsWith('\n'))
      throw tarError('an extended header is broken')
    const key = record.slice(0, equals)
    if (records.has(key)) throw tarError(`an extended header has ${JSON.stringify(key)} twice`)
    if (key === 'linkpath' || key.startsWith('GNU.')) throw tarError(`an extended header has ${JSON.stringify(key)}`)
    records.set(key, record.slice(equals + 1, -1))
    at += length
  }
  return records
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw refusal('TARBALL_INVALID', '', 'the tarball cannot be read: a name in it is not UTF-8', error)
  }
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0)
}

function tarError(message: string): Error {
  return refusal('TARBALL_INVALID', '', `the tarball cannot be read: ${message}`)
}
