import { z } from 'zod'
import type { JsonSchema } from '../../pins/index.ts'
import { documentForm } from './document.ts'

/**
 * The JSON Schema of the documents in which `readDocument` finds no faults. It is of draft 7, which editors support
 * best. A client resolves its `$id` with the URL from which it reads the schema, because servers have no common host.
 */
export function documentJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(documentForm, { io: 'input', target: 'draft-07' })
  const head = { $schema, $id: 'graph-document.json', title: 'Ashlar graph document' }
  const description = 'A graph as it is written, saved and exported: nodes, links and settings.'
  return { ...head, description, ...schema } as JsonSchema
}
