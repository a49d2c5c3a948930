import { statSync, type BigIntStats } from 'node:fs'
import { join } from 'node:path'

/**
 * What was seen on the disk, by path: of a file or folder its number, size and times (those of a folder change with the names in
 * it), and of `<folder>/*` what the bundler looks for in any folder above a file. '' where there is nothing.
 */
export type Stamps = Record<string, string>

/** One look at the disk: at every path once, so that plugins with the same surroundings cost no more than one. */
export interface Stamper {
  /** Empty where nothing is. */
  of(path: string): string
  areSame(stamps: Stamps): boolean
  /** Whether whatever changes from now on changes these: not so for what was written just before. */
  areSettled(stamps: Stamps): boolean
}

/** They stand for folders of packages. Source: Yarn, Plug'n'Play. */
export const YARN_FILES = ['.pnp.cjs', '.pnp.js', '.pnp.data.json']
/** The first that is there counts for the files below it. */
export const TYPESCRIPT_FILES = ['tsconfig.json', 'jsconfig.json']
const AROUND = ['package.json', 'node_modules', ...TYPESCRIPT_FILES, ...YARN_FILES]

/** The clock of a file system goes in steps: two writes within one leave the same times. */
const STEP_NS = 100_000_000n
/** Of one that keeps whole seconds. */
const LONG_STEP_NS = 2_000_000_000n
const SECOND_NS = 1_000_000_000n

/** How the path of what is around a folder ends. */
const EVERYTHING = '/*'

export function around(folder: string): string {
  return folder + EVERYTHING
}

/** Looks synchronously: asynchronous looks take ten times as long, and those at 500 plugins so take some 50 ms. */
export function createStamper(nowMs: number): Stamper {
  const began = BigInt(nowMs) * 1_000_000n
  const seen = new Map<string, string>()
  const fresh = new Set<string>()
  const look = (path: string): string => {
    const stats = statOf(path)
    if (typeof stats === 'string') return stats
    const { ino, size, mtimeNs, ctimeNs } = stats
    const step = ctimeNs % SECOND_NS === 0n ? LONG_STEP_NS : STEP_NS
    if (ctimeNs > began - step) fresh.add(path)
    return [ino, size, mtimeNs, ctimeNs].map((each) => each.toString(36)).join()
  }
  const lookAround = (folder: string): string => {
    const stamps = AROUND.map((name) => look(join(folder, name)))
    if (AROUND.some((name) => fresh.has(join(folder, name)))) fresh.add(around(folder))
    return stamps.some((stamp) => stamp !== '') ? stamps.join(';') : ''
  }
  const of = (path: string): string => {
    const known = seen.get(path)
    if (known !== undefined) return known
    const stamp = path.endsWith(EVERYTHING) ? lookAround(path.slice(0, -EVERYTHING.length)) : look(path)
    seen.set(path, stamp)
    return stamp
  }
  return {
    of,
    areSame: (stamps) => Object.entries(stamps).every(([path, stamp]) => of(path) === stamp),
    areSettled: (stamps) => !Object.keys(stamps).some((path) => fresh.has(path)),
  }
}

/** What cannot be reached by us cannot be by the bundler. @returns the code of the error; '' where nothing is */
function statOf(path: string): BigIntStats | string {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? ''
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'UNKNOWN'
  }
}
