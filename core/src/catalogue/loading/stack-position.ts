import { SourceMap, type SourceMapPayload } from 'node:module'
import type { LocatedStack, SourcePosition } from '../../blocks/index.ts'

/** Converts a position in a bundle to a position in the source. */
export type FindOrigin = (line: number, column: number) => SourcePosition | undefined

/** @param map JSON text; '' for a bundle without a source map */
export function toOriginFinder(map: string): FindOrigin {
  if (map === '') return () => undefined
  const sourceMap = new SourceMap(JSON.parse(map) as SourceMapPayload)
  return (line, column) => {
    const entry = sourceMap.findEntry(line - 1, column - 1)
    if (!('originalSource' in entry) || typeof entry.originalSource !== 'string') return undefined
    // The start of the expression, because indentation differs between bundle and source.
    return { file: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
  }
}

export function showPosition({ file, line, column }: SourcePosition): string {
  return `${file}:${line}:${column}`
}

const MAX_FRAMES = 20
const MAX_LINE_CHARS = 400
const MAX_NAME_CHARS = 100
const MAX_STACK_CHARS = 2000
const MAX_STACK_LINES = 50

/**
 * Locates the frames of a stack in the source. A guest can write any text into a stack. Positions therefore come only
 * from the source map, and only function names are taken from the stack.
 *
 * @param stack in the format of V8; the plugin's script is called `<digest>.js`
 * @returns undefined when no frame can be located
 */
export function locateStack(stack: string, digest: string, findOrigin: FindOrigin): LocatedStack | undefined {
  const frames: { name: string; position: SourcePosition }[] = []
  for (const line of stack.split('\n', MAX_STACK_LINES)) {
    const frame = frames.length < MAX_FRAMES ? parseFrame(line, digest) : undefined
    const position = frame && findOrigin(frame.line, frame.column)
    if (frame && position) frames.push({ name: frame.name, position })
  }
  // If a library throws, the author can change only the call of the library.
  const { position } = frames.find(({ position: { file } }) => !file.includes('node_modules/')) ?? frames[0] ?? {}
  if (!position) return undefined
  return { position, stack: frames.map(showFrame).join('\n').slice(0, MAX_STACK_CHARS) }
}

/** `    at async Object.run (<digest>.js:12:5)`, `    at <digest>.js:12:5`; with a debugger the script has a URL. */
const FRAME = /^ {4}at (?:(.*?) \()?(?:([0-9a-f]{64})\.js|ashlar:\/\/[^\s()]{1,250}\/plugin\.js):(\d{1,9}):(\d{1,9})\)?$/

function parseFrame(text: string, digest: string): { name: string; line: number; column: number } | undefined {
  if (text.length > MAX_LINE_CHARS) return undefined
  const [whole, name = '', script = digest, line, column] = FRAME.exec(text) ?? []
  if (whole === undefined || script !== digest) return undefined
  return { name: name.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').slice(0, MAX_NAME_CHARS), line: Number(line), column: Number(column) }
}

function showFrame({ name, position }: { name: string; position: SourcePosition }): string {
  return name === '' ? `at ${showPosition(position)}` : `at ${name} (${showPosition(position)})`
}
