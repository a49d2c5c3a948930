import { AshlarError, type Fault } from '../../base/index.ts'
import type { MappedBundle } from '../bundle/index.ts'
import { PluginFlawed, type Flaw } from './flaws.ts'
import { originsIn, showPosition } from './stack-position.ts'

/**
 * What is wrong with a bundle that does not load, or with what it declares, with the place in the source in front; what a sandbox
 * says of places in the bundle is left out.
 *
 * @param entry path of the entry in the package, for a plugin that does not load and whose code is not on the stack
 */
export function atSource(error: unknown, bundle: MappedBundle, entry = ''): unknown {
  const faults = faultsOf(error, bundle, entry)
  if (!faults || !(error instanceof AshlarError)) return error
  const message = faults.map((fault) => (fault.path === '' ? fault.message : `${fault.path}: ${fault.message}`)).join('\n')
  return new AshlarError(error.code, message, { details: { ...error.details, faults }, cause: error })
}

function faultsOf(error: unknown, { code, digest, map }: MappedBundle, entry: string): Fault[] | undefined {
  const findOrigin = originsIn(map)
  const origin = (line?: number, column?: number): string | undefined => {
    const position = line === undefined || column === undefined ? undefined : findOrigin(line, column)
    return position && showPosition(position)
  }
  if (error instanceof PluginFlawed)
    return error.flaws.map(({ message, at }) => ({ path: origin(...placeOf(at, code)) ?? '', message }))
  if (!(error instanceof AshlarError) || error.code !== 'PLUGIN_LOAD_FAILED') return undefined
  const [message = '', ...frames] = error.message.split('\n')
  const path = frames.map((frame) => origin(...placeIn(frame, digest))).find((position) => position !== undefined)
  return [{ path: path ?? entry, message }]
}

/** Line and column, both from 1; none where it cannot be told. */
type Place = [line: number, column: number] | []

/** @param frame `    at name (<digest>.js:12:5)` */
function placeIn(frame: string, digest: string): Place {
  const [, line, column] = new RegExp(`${digest}\\.js:(\\d+):(\\d+)`).exec(frame) ?? []
  return line === undefined || column === undefined ? [] : [Number(line), Number(column)]
}

function placeOf(at: Flaw['at'], code: string): Place {
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
