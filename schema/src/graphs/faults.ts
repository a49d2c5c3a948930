import type { Fault } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { splitFaultPath } from '../base/fault-path.ts'
import { GraphDocumentInput } from './document-input.ts'
import { toInputFaults, toStoredDocument } from './stored-document.ts'

export const FaultType = builder.objectRef<Fault>('GraphFault').implement({
  description: 'A fault in a graph document. A graph with faults cannot be saved.',
  fields: (t) => ({
    path: t.stringList({
      description: 'The place in the document: `["nodes", "greet", "inputs", "format"]`, where `greet` is the key of a node.',
      resolve: ({ path }) => toSegments(path),
    }),
    message: t.exposeString('message', { description: 'For people: what is wrong, what is expected and what was received.' }),
  }),
})

export const WarningType = builder.objectRef<Fault>('GraphWarning').implement({
  description: 'A probable mistake in a graph document. The graph can be saved and run.',
  fields: (t) => ({
    path: t.stringList({
      description: 'The place in the document: `["links", "2"]`, `["nodes", "greet", "inputs", "format"]`.',
      resolve: ({ path }) => toSegments(path),
    }),
    message: t.exposeString('message', {
      description: 'For people: both types, the conversion of the value and how to correct the graph.',
    }),
  }),
})

/** `nodes.greet.block` → `['nodes', 'greet', 'block']`. The whole document has the path `''`. */
function toSegments(path: string): string[] {
  return path === '' ? [] : splitFaultPath(path)
}

builder.queryFields((t) => ({
  validateGraph: t.field({
    type: [FaultType],
    nullable: true,
    description: 'Returns all faults of a graph document without saving it.',
    args: { document: t.arg({ type: GraphDocumentInput, required: true, description: 'The document.' }) },
    resolve: async (_root, { document }, { runtime, user }) =>
      toInputFaults(document, await runtime.graphs.validate(user.id, toStoredDocument(document))),
  }),
  graphWarnings: t.field({
    type: [WarningType],
    nullable: true,
    description:
      'Returns the links and constants of a graph document whose value loses its meaning when it is converted to the type of the pin, such as a list that becomes its length. Nothing is saved.',
    args: { document: t.arg({ type: GraphDocumentInput, required: true, description: 'The document.' }) },
    resolve: (_root, { document }, { runtime, user }) => runtime.graphWarnings.ofDocument(user.id, toStoredDocument(document)),
  }),
}))
