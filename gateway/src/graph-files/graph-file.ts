import { readFile, stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { AshlarError, errorMessage, parseJson } from '@ashlar/core'
import { z } from 'zod'

/** A graph in a file, with its default inputs. */
export interface GraphFile {
  name: string
  description: string
  labels: string[]
  /** Not validated here: the API does this. */
  document: Record<string, unknown>
  /** The graphs that nodes of the document name in `graph_id`, by key. */
  graphs: Record<string, unknown>
  /** Values by name. `{ "$file": … }` is replaced by the content of a file. */
  inputs: Record<string, unknown>
  path: string
}

/**
 * Reads `{ name?, description?, labels?, document, graphs?, inputs? }` or a bare document `{ nodes, links }`. The default of
 * `name` is the name of the file without its extension.
 *
 * @throws {AshlarError} BAD_INPUT
 */
export async function readGraphFile(path: string): Promise<GraphFile> {
  const json = parseFile(await readText(path), path)
  const name = basename(path, extname(path))
  if (isObject(json) && 'nodes' in json)
    return { name, description: '', labels: [], document: json, graphs: {}, inputs: {}, path }
  const parsed = fileSchema.safeParse(json)
  if (parsed.success) {
    const { $schema: _schema, ...file } = parsed.data
    return { ...file, name: file.name ?? name, path }
  }
  const [issue] = parsed.error.issues
  const where = issue && issue.path.length > 0 ? `: ${issue.path.join('.')}: ${issue.message}` : ''
  throw new AshlarError('BAD_INPUT', `${path} must contain a graph as { document: { nodes, links } } or { nodes, links }${where}`)
}

/**
 * Returns the format of a file: that of Ashlar, or undefined for one that the server detects, such as an export of the
 * AutoGPT Platform.
 *
 * @throws {AshlarError} BAD_INPUT when it is not JSON
 */
export function detectFormat(text: string, path: string): 'ASHLAR' | undefined {
  const json = parseFile(text, path)
  if (!isObject(json)) return 'ASHLAR'
  const nodes = Array.isArray(json.nodes) ? (json.nodes as unknown[]) : []
  return nodes.some((node) => isObject(node) && 'block_id' in node) ? undefined : 'ASHLAR'
}

/** @param label name of the file in errors. @throws {AshlarError} BAD_INPUT when it cannot be read */
export async function readText(path: string, label = path): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MAX_BYTES) throw new AshlarError('BAD_INPUT', `${label} has ${size} bytes; the maximum is ${MAX_BYTES}`)
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof AshlarError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw new AshlarError('BAD_INPUT', `${label} cannot be read: ${REASONS[code] ?? errorMessage(error)}`, { cause: error })
  }
}

/** As many as a request to the API may have. */
const MAX_BYTES = 32 * 1024 * 1024

const REASONS: Record<string, string> = {
  ENOENT: 'the file does not exist',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
}

export const documentSchema = z.record(z.string(), z.unknown()).describe('The nodes, links and settings.')

const graphSchema = z
  .strictObject({
    name: z.string().describe('The name of the graph, 1 to 200 characters.'),
    description: z.string().default('').describe('For people.'),
    labels: z.array(z.string()).default([]).describe('Labels by which lists of graphs are filtered, at most 20.'),
    document: documentSchema,
  })
  .describe('A graph that nodes of the file run.')

export const fileSchema = z.strictObject({
  $schema: z.string().optional().describe('The URL or the path of this schema, for editors.'),
  name: z
    .string()
    .optional()
    .describe('The name of the graph, 1 to 200 characters. The default is the name of the file without its extension.'),
  description: z.string().default('').describe('For people.'),
  labels: z.array(z.string()).default([]).describe('Labels by which lists of graphs are filtered, at most 20.'),
  document: documentSchema,
  graphs: z
    .record(z.string(), graphSchema)
    .default({})
    .describe('The graphs that nodes run, by a key. A node names the key in its input `graph_id`.'),
  inputs: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'Default inputs of `ashlar run`, by name. `{ "$file": "data.csv" }` is the content of a file next to this one, or of a package.',
    ),
})

function parseFile(text: string, path: string): unknown {
  try {
    return parseJson(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new AshlarError('BAD_INPUT', `${path} is not valid JSON: ${errorMessage(error)}`, { cause: error })
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
