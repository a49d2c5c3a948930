import { readdir, readFile } from 'node:fs/promises'
import type { ScriptedBlock } from '../reference/index.ts'

/** A file of the conformance suite: `tests/conformance/semantics/README.md` describes it. */
export interface ConformanceCase {
  name: string
  rule: string
  title: string
  /** As it is written, without defaults. */
  document: object
  blocks: Record<string, ScriptedBlock>
  /** Documents that blocks of the same name run. */
  children?: Record<string, object>
  inputs?: Record<string, unknown>
  /** The inputs that the execution sets for nodes, by node and pin. */
  masks?: Record<string, Record<string, unknown>>
  /** Cancel it when only runs that never end are left. */
  cancel?: true
  expected: Result | { faults: ExpectedFault[] }
  /** A second execution, which continues the journal of the first one. */
  again?: Again
}

/** What an execution must give. Of one that fails or is cancelled, what its scheduling cannot change. */
export interface Result {
  status: 'COMPLETED' | 'FAILED' | 'CANCELLED'
  /** `contains`: words that its message must contain. */
  reason?: { code: string; node?: string; message?: string; contains?: string[] }
  outputs?: Record<string, unknown[]>
  nodeExecutions: NodeResult[]
  /** Further node executions that may have ended before it failed or was cancelled. */
  possible?: NodeResult[]
  scopes?: ScopeResult[]
  /** `node` or `node tag` in the order of the first start, if there is only one possible order. */
  starts?: string[]
}

export interface NodeResult {
  node: string
  tag: string
  status: 'COMPLETED' | 'FAILED' | 'INCOMPLETE' | 'CANCELLED'
  inputs?: Record<string, unknown>
  /** What the block yielded. `k`: the iteration, on a pin that is many. */
  outputs?: [pin: string, value: unknown, k?: number][]
  /** The code of its failure. */
  error?: string
  dead?: string[]
}

export interface ScopeResult {
  node: string
  tag: string
  iterations: number
}

interface ExpectedFault {
  path: string
  /** Words that the message must contain. */
  contains: string[]
}

interface Again {
  /** `retry`: the failed node executions. Otherwise the tag of the iteration that runs again. */
  what: string
  /** Replace blocks of the first execution. */
  blocks?: Record<string, ScriptedBlock>
  expected: Result
  /** The node executions that run, as in `starts`. All others come from the journal. */
  runs: string[]
}

const FOLDER = new URL('../../../../../tests/conformance/semantics/', import.meta.url)

export async function readCases(): Promise<{ file: string; given: ConformanceCase }[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json') && file !== SCHEMA_FILE)
  const read = async (file: string) => ({ file, given: (await readJson(file)) as ConformanceCase })
  return Promise.all(files.toSorted().map(read))
}

const SCHEMA_FILE = 'case.schema.json'

/** The JSON Schema of the files. */
export async function readCaseSchema(): Promise<object> {
  return (await readJson(SCHEMA_FILE)) as object
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(file, FOLDER), 'utf8')) as unknown
}
