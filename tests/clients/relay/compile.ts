import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { ConcreteRequest } from 'relay-runtime'

const COMPILER = createRequire(import.meta.url).resolve('relay-compiler/cli.js')
const SCHEMA = fileURLToPath(new URL('../../../schema/schema.graphql', import.meta.url))
const DOCUMENTS = fileURLToPath(new URL('documents.ts', import.meta.url))

/** The names of the documents, without their common prefix. */
const NAMES = {
  graphs: 'GraphsQuery',
  createGraph: 'CreateGraphMutation',
  updateGraph: 'UpdateGraphMutation',
  deleteGraphs: 'DeleteGraphsMutation',
  startExecution: 'StartExecutionMutation',
  events: 'EventsSubscription',
  refetchGraph: 'GraphRefetchQuery',
} as const

export type Artifacts = Record<keyof typeof NAMES, ConcreteRequest>

/** Compiles the documents with relay-compiler, which fails if the schema does not follow the conventions of Relay. */
export async function compileDocuments(): Promise<Artifacts> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-relay-'))
  try {
    const config = { src: '.', schema: 'schema.graphql', language: 'typescript', eagerEsModules: true, useImportTypeSyntax: true }
    await Promise.all([
      copyFile(SCHEMA, join(folder, 'schema.graphql')),
      copyFile(DOCUMENTS, join(folder, 'documents.ts')),
      writeFile(join(folder, 'relay.config.json'), JSON.stringify(config)),
    ])
    await promisify(execFile)(process.execPath, [COMPILER], { cwd: folder })
    const entries = Object.entries(NAMES).map(async ([key, name]) => {
      const file = join(folder, '__generated__', `documents${name}.graphql.ts`)
      const module = (await import(pathToFileURL(file).href)) as { default: ConcreteRequest }
      return [key, module.default] as const
    })
    return Object.fromEntries(await Promise.all(entries)) as Artifacts
  } finally {
    await rm(folder, { recursive: true })
  }
}
