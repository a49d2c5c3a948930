import { AshlarError, errorMessage, minJsonLength } from '../../../base/index.ts'
import { parseJson } from '@ashlar/sdk/json'
import { FILE_LIMITS, type GraphFormat } from './report/index.ts'

/**
 * Reads an imported file.
 *
 * @param document the value of the file, or its text
 * @throws {AshlarError} BAD_INPUT when the text is not JSON, or the file is too large or too deep
 */
export function parseFile(document: unknown): Record<string, unknown> {
  const value = typeof document === 'string' ? parseText(document) : document
  const length = minJsonLength(value, FILE_LIMITS.chars)
  if (length === Infinity) throw invalid('lists and objects of the file are nested more than 1000 levels deep')
  if (length > FILE_LIMITS.chars) throw tooLarge()
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`the file must contain an object, got ${describe(value)}`)
  return value as Record<string, unknown>
}

/**
 * Returns the format of a file.
 *
 * @param given the format that the caller expects
 * @throws {AshlarError} BAD_INPUT when it has no known format, or another one than the given
 */
export function detectFormat(file: Record<string, unknown>, given: GraphFormat | undefined): GraphFormat {
  const found = looksLikeAutoGpt(file) ? 'AUTOGPT' : looksLikeAshlar(file) ? 'ASHLAR' : undefined
  if (found === undefined && given === undefined)
    throw invalid(
      'the file is neither a graph of Ashlar, { name, document: { nodes, links } }, nor an export of the AutoGPT Platform, { name, nodes, links } with block_id in each node',
    )
  if (given !== undefined && found !== undefined && found !== given)
    throw invalid(`the file has the format ${found}, and the format ${given} is given: leave the format out or set ${found}`)
  return given ?? found ?? 'ASHLAR'
}

function looksLikeAutoGpt({ nodes, links, document, ...rest }: Record<string, unknown>): boolean {
  if (document !== undefined) return false
  if (hasMember(nodes, 'block_id') || hasMember(links, 'source_id')) return true
  return Array.isArray(nodes) && nodes.length === 0 && ['is_active', 'sub_graphs', 'input_schema'].some((key) => key in rest)
}

function looksLikeAshlar({ nodes, document }: Record<string, unknown>): boolean {
  return document !== undefined || hasMember(nodes, 'block') || (Array.isArray(nodes) && nodes.length === 0)
}

function hasMember(list: unknown, key: string): boolean {
  return Array.isArray(list) && list.some((each) => typeof each === 'object' && each !== null && key in each)
}

function parseText(text: string): unknown {
  if (text.length > FILE_LIMITS.chars) throw tooLarge()
  try {
    return parseJson(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new AshlarError('BAD_INPUT', `the file is not valid JSON: ${errorMessage(error)}`, {
      details: { path: ['document'] },
      cause: error,
    })
  }
}

function tooLarge(): AshlarError {
  return invalid(
    `the file has more than ${FILE_LIMITS.chars} characters, which is the limit: split the graph, or store its data elsewhere`,
  )
}

function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value
}

function invalid(message: string): AshlarError {
  return new AshlarError('BAD_INPUT', message, { details: { path: ['document'] } })
}
