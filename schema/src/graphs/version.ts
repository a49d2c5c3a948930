import { builder } from '../base/builder.ts'
import { CapabilityType } from '../refs/capability.ts'
import { GraphType, GraphVersionType } from '../refs/graphs.ts'
import { GraphDocumentType } from './document.ts'
import { WarningType } from './faults.ts'

builder.objectType(GraphVersionType, {
  description: 'An immutable version of a graph.',
  fields: (t) => ({
    graph: t.field({
      type: GraphType,
      nullable: true,
      description: 'The graph of the version. Null if the graph was deleted, or if `runBlock` made the version.',
      resolve: ({ graphId }) => graphId,
    }),
    number: t.exposeInt('number', { description: '1, 2, 3 … within the graph.' }),
    document: t.expose('document', { type: GraphDocumentType, description: 'The nodes, links and settings.' }),
    inputSchema: t.expose('inputSchema', { type: 'JSON', description: 'JSON Schema of the `inputs` of an execution.' }),
    outputSchema: t.expose('outputSchema', { type: 'JSON', description: 'JSON Schema of the `outputs` of an execution.' }),
    capabilities: t.field({
      type: [CapabilityType],
      nullable: true,
      description: 'The capabilities that its blocks declare.',
      resolve: (version, _args, { runtime }) => runtime.graphs.capabilities(version),
    }),
    warnings: t.field({
      type: [WarningType],
      nullable: true,
      description:
        'The links and constants whose value loses its meaning when it is converted to the type of the pin, such as a list that becomes its length.',
      resolve: (version, _args, { runtime }) => runtime.graphWarnings.ofVersion(version),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the version was saved.' }),
  }),
})
