import { SourceMap, type SourceMapPayload } from 'node:module'
import { AshlarError } from '../errors/index.ts'
import type { MappedBundle } from './bundle.ts'

/**
 * What a sandbox says of a bundle that does not load, with the place in the source where it happened in front, and without
 * the places in the bundle.
 */
export function atSource(error: unknown, { digest, map }: MappedBundle): unknown {
  if (!(error instanceof AshlarError) || error.code !== 'PLUGIN_LOAD_FAILED') return error
  const [message = '', ...frames] = error.message.split('\n')
  const path = frames.map((frame) => positionIn(frame, digest, map)).find((position) => position !== undefined)
  const faults = [{ path: path ?? '', message }]
  return new AshlarError(error.code, path === undefined ? message : `${path}: ${message}`, { details: { faults }, cause: error })
}

/** @param frame `    at name (<digest>.js:12:5)` @returns `src/index.ts:3:5` */
function positionIn(frame: string, digest: string, map: string): string | undefined {
  const [, line, column] = new RegExp(`${digest}\\.js:(\\d+):(\\d+)`).exec(frame) ?? []
  if (line === undefined || map === '') return undefined
  const origin = new SourceMap(JSON.parse(map) as SourceMapPayload).findOrigin(Number(line), Number(column))
  return 'fileName' in origin ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}` : undefined
}
