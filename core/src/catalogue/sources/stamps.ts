import { statSync, type BigIntStats } from 'node:fs'
import { join } from 'node:path'

/**
 * States of files and folders by path. The stamp of a file or folder consists of its inode number, size and times; the
 * times of a folder change with the names in it. The stamp of `<folder>/*` covers everything that the bundler looks for
 * in each folder above a file. The stamp of a path that does not exist is ''.
 */
export type Stamps = Record<string, string>

/** Reads stamps during one scan. It reads each path once, so that plugins share the cost of common surroundings. */
export interface Stamper {
  /** @returns '' when the path does not exist */
  stamp(path: string): string
  matches(stamps: Stamps): boolean
  /**
   * Whether every later change will change these stamps. A file that was written just before the scan can change and
   * keep its times.
   */
  areSettled(stamps: Stamps): boolean
}

/** Files that replace node_modules. Source: Yarn, Plug'n'Play. */
export const YARN_FILES = ['.pnp.cjs', '.pnp.js', '.pnp.data.json']
/** The first that exists applies to the files below it. */
export const TYPESCRIPT_FILES = ['tsconfig.json', 'jsconfig.json']
const SURROUNDINGS = ['package.json', 'node_modules', ...TYPESCRIPT_FILES, ...YARN_FILES]

/** The resolution of file times: two writes within one step leave the same times. */
const STEP_NS = 100_000_000n
/** The resolution of a file system that stores whole seconds. */
const LONG_STEP_NS = 2_000_000_000n
const SECOND_NS = 1_000_000_000n

/** The end of a path that denotes the surroundings of a folder. */
const SURROUNDINGS_SUFFIX = '/*'

export function toSurroundingsPath(folder: string): string {
  return folder + SURROUNDINGS_SUFFIX
}

/** Reads synchronously: asynchronous reads take ten times as long. A scan of 500 plugins takes about 50 ms. */
export function createStamper(nowMs: number): Stamper {
  const began = BigInt(nowMs) * 1_000_000n
  const seen = new Map<string, string>()
  const fresh = new Set<string>()
  const readStamp = (path: string): string => {
    const stats = readStats(path)
    if (typeof stats === 'string') return stats
    const { ino, size, mtimeNs, ctimeNs } = stats
    const step = ctimeNs % SECOND_NS === 0n ? LONG_STEP_NS : STEP_NS
    if (ctimeNs > began - step) fresh.add(path)
    return [ino, size, mtimeNs, ctimeNs].map((each) => each.toString(36)).join()
  }
  const readSurroundings = (folder: string): string => {
    const stamps = SURROUNDINGS.map((name) => readStamp(join(folder, name)))
    if (SURROUNDINGS.some((name) => fresh.has(join(folder, name)))) fresh.add(toSurroundingsPath(folder))
    return stamps.some((stamp) => stamp !== '') ? stamps.join(';') : ''
  }
  const stamp = (path: string): string => {
    const known = seen.get(path)
    if (known !== undefined) return known
    const found = path.endsWith(SURROUNDINGS_SUFFIX)
      ? readSurroundings(path.slice(0, -SURROUNDINGS_SUFFIX.length))
      : readStamp(path)
    seen.set(path, found)
    return found
  }
  return {
    stamp,
    matches: (stamps) => Object.entries(stamps).every(([path, before]) => stamp(path) === before),
    areSettled: (stamps) => !Object.keys(stamps).some((path) => fresh.has(path)),
  }
}

/**
 * A path that this process cannot read is not readable for the bundler either.
 *
 * @returns the error code; '' when nothing exists there
 */
function readStats(path: string): BigIntStats | string {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? ''
  } catch (error) {
    const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException
    return code === 'ENOTDIR' ? '' : code
  }
}
