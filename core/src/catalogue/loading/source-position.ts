import { AshlarError, type Fault } from '../../base/index.ts'
import type { MappedBundle } from '../bundle/index.ts'
import { InvalidPluginError, type Flaw } from './flaws.ts'
import { toOriginFinder, showPosition } from './stack-position.ts'

/**
 * Adds positions in the source to the faults of a bundle that does not load or has an invalid manifest. Positions in
 * the bundle are removed from the message.
 *
 * @param entry the entry's path in the package, which is the location of a load failure without a frame of the plugin
 * on its stack
 * @returns the error unchanged when it is not such a fault
 */
export function locateInSource(error: unknown, bundle: MappedBundle, entry = ''): unknown {
  const faults = toFaults(error, bundle, entry)
  if (!faults || !(error instanceof AshlarError)) return error
  const message = faults.map((fault) => (fault.path === '' ? fault.message : `${fault.path}: ${fault.message}`)).join('\n')
  return new AshlarError(error.code, message, { details: { ...error.details, faults }, cause: error })
}

function toFaults(error: unknown, { code, digest, map }: MappedBundle, entry: string): Fault[] | undefined {
  const findOrigin = toOriginFinder(map)
  const origin = (line?: number, column?: number): string | undefined => {
    const position = line === undefined || column === undefined ? undefined : findOrigin(line, column)
    return position && showPosition(position)
  }
  if (error instanceof InvalidPluginError)
    return error.flaws.map(({ message, at }) => ({ path: origin(...findPlace(at, code)) ?? '', message }))
  if (!(error instanceof AshlarError) || error.code !== 'PLUGIN_LOAD_FAILED') return undefined
  const [message = '', ...frames] = error.message.split('\n')
  const path = frames.map((frame) => origin(...parsePlace(frame, digest))).find((position) => position !== undefined)
  return [{ path: path ?? entry, message }]
}

/** Line and column, counted from 1; empty when the position is unknown. */
type Place = [line: number, column: number] | []

/** @param frame `    at name (<digest>.js:12:5)` */
function parsePlace(frame: string, digest: string): Place {
  const [, line, column] = new RegExp(`${digest}\\.js:(\\d+):(\\d+)`).exec(frame) ?? []
  return line === undefined || column === undefined ? [] : [Number(line), Number(column)]
}

function findPlace(at: Flaw['at'], code: string): Place {
  let index = -1
  for (const text of at) {
    const found = code.indexOf(text, index + 1)
    if (found < 0) break
    index = found
  }
  if (index < 0) return []
  const before = code.slice(0, index).split('\n')
  return [before.length, (before.at(-1)?.length ?? 0) + 1]
}
