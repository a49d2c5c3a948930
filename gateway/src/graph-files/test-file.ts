import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AshlarError, errorMessage, parseJson } from '@ashlar/core'
import { z } from 'zod'
import { readText } from './graph-file.ts'

// The cases of graphs, in files beside the graph files.

const values = z.record(z.string(), z.unknown())

const runSchema = z.strictObject({
  inputs: values.describe('The inputs of the node execution.'),
  outputs: z.array(z.tuple([z.string(), z.unknown()])).describe('The pins and values that it yields, in order.'),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional().describe('Why it fails. By default it does not.'),
})

const caseSchema = z.strictObject({
  name: z.string().min(1).max(200).describe('What the case shows, unique in the file.'),
  inputs: values.default({}).describe('The inputs of the execution, by name.'),
  http: values
    .default({})
    .describe('Responses by method and URL, such as "GET https://api.example.com/items". A list is used one by one.'),
  credentials: values.default({}).describe('Secrets by qualified provider, such as "github/github". Use no real secrets.'),
  storage: values.default({}).describe('The initially stored values, by scope ("graph", "user", "plugin") and key.'),
  files: values.default({}).describe('The initial files of the execution, by path: text or { "base64": … }.'),
  nodes: z
    .record(z.string(), z.array(runSchema))
    .default({})
    .describe('Runs that replace those of nodes, by node id. The block of such a node does not run.'),
  status: z.enum(['COMPLETED', 'FAILED', 'CANCELLED']).default('COMPLETED').describe('The expected status.'),
  error: z
    .strictObject({ code: z.string().optional(), nodeId: z.string().optional(), message: z.string().optional() })
    .optional()
    .describe('The expected reason of a failed execution. A member that is not set is not compared.'),
  failedNodes: z.array(z.string()).optional().describe('The expected ids of failed nodes. By default they are not compared.'),
  outputs: z
    .record(z.string(), z.array(z.unknown()))
    .optional()
    .describe('The expected values of each output of the graph, in order. By default they are not compared.'),
})

export const testFileSchema = z.strictObject({
  $schema: z.string().optional().describe('The URL or the path of this schema, for editors.'),
  graph: z.string().optional().describe('The path of the graph file. The default is this path without ".tests".'),
  cases: z.array(caseSchema).describe('The cases, in the order in which they run.'),
})

/** One case of a test of a graph. */
export type TestCase = z.output<typeof caseSchema>

/** A case as it is written to a file. Members with a default are optional. */
export type WrittenCase = z.input<typeof caseSchema>

/** The cases of one graph. */
export interface TestFile {
  path: string
  /** Path of the graph file. */
  graph: string
  cases: TestCase[]
}

export const TESTS_SUFFIX = '.tests.json'

/** @throws {AshlarError} BAD_INPUT when the file cannot be read or is not valid */
export async function readTestFile(path: string): Promise<TestFile> {
  const parsed = testFileSchema.safeParse(parseFile(await readText(path), path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AshlarError('BAD_INPUT', `${path}: ${issue?.path.map(String).join('.') || 'the file'}: ${issue?.message}`)
  }
  const { graph = `${basename(path).slice(0, -TESTS_SUFFIX.length)}.json`, cases } = parsed.data
  const names = cases.map(({ name }) => name)
  const repeated = names.find((name, i) => names.indexOf(name) < i)
  if (repeated !== undefined)
    throw new AshlarError('BAD_INPUT', `${path}: two cases have the name ${JSON.stringify(repeated)}: give each one its own`)
  return { path, graph: join(dirname(path), graph), cases }
}

function parseFile(text: string, path: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    throw new AshlarError('BAD_INPUT', `${path} is not valid JSON: ${errorMessage(error)}`, { cause: error })
  }
}

/** Adds a case to a file, or replaces the case of the same name. Creates the file if it does not exist. */
export async function writeCase(path: string, added: WrittenCase): Promise<void> {
  const existing = await readJson(path)
  const cases = (existing?.cases ?? []).filter(({ name }) => name !== added.name)
  await writeFile(path, `${JSON.stringify({ ...existing, cases: [...cases, added] }, null, 2)}\n`)
}

async function readJson(path: string): Promise<z.input<typeof testFileSchema> | undefined> {
  try {
    await readTestFile(path)
  } catch (error) {
    if (error instanceof AshlarError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined
    throw error
  }
  return parseJson(await readText(path)) as z.input<typeof testFileSchema>
}
