import { documentJsonSchema } from '@ashlar/core'
import { z } from 'zod'
import { buildAsset, type Asset } from '../pages/index.ts'
import { documentSchema, fileSchema } from './graph-file.ts'
import { testFileSchema } from './test-file.ts'

/** The JSON Schemas of graph documents, graph files and tests of graphs, by file name. */
export function readJsonSchemas(): Record<'graph-document.json' | 'graph-file.json' | 'graph-tests.json', object> {
  return {
    'graph-document.json': documentJsonSchema(),
    'graph-file.json': fileJsonSchema(),
    'graph-tests.json': testsJsonSchema(),
  }
}

function testsJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(testFileSchema, { io: 'input', target: 'draft-07' })
  const description = 'The cases of a graph, which `ashlar graph test` runs and `ashlar graph record` writes.'
  return { $schema, $id: 'graph-tests.json', title: 'Ashlar graph tests', description, ...schema }
}

function fileJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-07', override: referToDocument })
  const head = { $schema, $id: 'graph-file.json', title: 'Ashlar graph file' }
  const description = 'A graph that `ashlar run` reads and `ashlar graph export` writes.'
  return { ...head, description, ...schema }
}

type OverrideContext = Parameters<NonNullable<z.core.ToJSONSchemaParams['override']>>[0]

/** Documents have a schema of their own. */
function referToDocument({ zodSchema, jsonSchema }: OverrideContext): void {
  if (zodSchema !== documentSchema) return
  for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key)
  jsonSchema.$ref = 'graph-document.json'
}

/** Schemas are public, so editors and the pages of any origin may load them. */
const OPTIONS = {
  type: 'application/schema+json',
  cacheControl: 'public, max-age=3600',
  headers: { 'access-control-allow-origin': '*' },
}

/** The routes of the JSON Schemas, by path. They need no authentication. */
export const schemaRoutes: ReadonlyMap<string, Asset['answer']> = new Map(
  Object.entries(readJsonSchemas()).map(([name, schema]) => {
    const path = `/schemas/${name}`
    return [path, buildAsset(path, JSON.stringify(schema), OPTIONS).answer]
  }),
)
