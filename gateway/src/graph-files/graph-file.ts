import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { AshlarError, messageOf, parseJson } from '@ashlar/core'
import { z } from 'zod'

/** A graph as it is kept in a file, with the inputs it runs on unless others are given. */
export interface GraphFile {
  name: string
  description: string
  /** Checked by the API, not here. */
  document: Record<string, unknown>
  /** Values by name; `{ "$file": … }` stands for the content of a file. */
  inputs: Record<string, unknown>
  path: string
}

/**
 * Reads `{ name?, description?, document, inputs? }` or a bare document `{ nodes, links }`. Without a name the graph is
 * called like its file.
 *
 * @throws {AshlarError} BAD_INPUT
 */
export async function readGraphFile(path: string): Promise<GraphFile> {
  const json = parseFile(await readText(path), path)
  const name = basename(path, extname(path))
  if (isObject(json) && 'nodes' in json) return { name, description: '', document: json, inputs: {}, path }
  const parsed = fileSchema.safeParse(json)
  if (parsed.success) return { ...parsed.data, name: parsed.data.name ?? name, path }
  const [issue] = parsed.error.issues
  const where = issue && issue.path.length > 0 ? `: ${issue.path.join('.')}: ${issue.message}` : ''
  throw new AshlarError('BAD_INPUT', `${path} must hold a graph, { document: { nodes, links } } or { nodes, links }${where}`)
}

/** @param shown what an error calls the file. @throws {AshlarError} BAD_INPUT when it cannot be read */
export async function readText(path: string, shown = path): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw new AshlarError('BAD_INPUT', `${shown} cannot be read: ${REASONS[code] ?? messageOf(error)}`, { cause: error })
  }
}

const REASONS: Record<string, string> = { ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'permission denied' }

const fileSchema = z.strictObject({
  name: z.string().optional(),
  description: z.string().default(''),
  document: z.record(z.string(), z.unknown()),
  inputs: z.record(z.string(), z.unknown()).default({}),
})

function parseFile(text: string, path: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    throw new AshlarError('BAD_INPUT', `${path} is not valid JSON: ${messageOf(error)}`, { cause: error })
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
