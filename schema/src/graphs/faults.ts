import type { Fault, GraphConversion } from '@ashlar/core'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder, type SchemaTypes } from '../base/builder.ts'
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

const ConversionCertainty = builder.enumType('ConversionCertainty', {
  description: 'How often a value is converted.',
  values: {
    ALWAYS: { description: 'The types of the pins have no value in common.' },
    SOMETIMES: { description: 'The source may also produce values of the type of the pin, or does not declare a type.' },
  },
})

const ConversionType = builder.objectRef<GraphConversion>('GraphConversion').implement({
  description: 'A place in a graph document at which a value is converted to the type of a pin.',
  fields: (t) => ({
    path: t.stringList({
      description: 'The place in the document: `["links", "2"]`, `["nodes", "greet", "inputs", "format"]`.',
      resolve: ({ path }) => toSegments(path),
    }),
    from: t.exposeString('from', { description: 'The type of the value, such as `list of numbers`. `any` if it is not known.' }),
    to: t.exposeString('to', { description: 'The type of the pin.' }),
    certainty: t.expose('certainty', { type: ConversionCertainty, description: 'How often the value is converted.' }),
    lossy: t.exposeBoolean('isLossy', {
      description: 'Whether the value loses its meaning, such as a list that becomes the number of its items.',
    }),
    message: t.exposeString('message', { description: 'For people: the value, the type of the pin and the result.' }),
  }),
})

/** `nodes.greet.block` → `['nodes', 'greet', 'block']`. The whole document has the path `''`. */
function toSegments(path: string): string[] {
  return path === '' ? [] : splitFaultPath(path)
}

const documentArgs = (t: PothosSchemaTypes.QueryFieldBuilder<SchemaTypes, object>) => ({
  document: t.arg({ type: GraphDocumentInput, required: true, description: 'The document.' }),
  accountId: t.arg.id(describeAccountId('The account whose graphs the document can run.')),
})

builder.queryFields((t) => ({
  validateGraph: t.field({
    scope: 'READ_GRAPHS',
    type: [FaultType],
    nullable: true,
    description: 'Returns all faults of a graph document without saving it.',
    args: documentArgs(t),
    resolve: async (_root, { document, accountId }, { api }) =>
      toInputFaults(document, await api.graphs.validate(toStoredDocument(document), parseAccountId(accountId))),
  }),
  graphConversions: t.field({
    scope: 'READ_GRAPHS',
    type: [ConversionType],
    nullable: true,
    description:
      'Returns every link and constant of a graph document whose value is converted to the type of its pin, or may be: at most 10 000. `graphWarnings` returns the probable mistakes among them. Nothing is saved.',
    args: documentArgs(t),
    resolve: (_root, { document, accountId }, { api }) =>
      api.graphs.conversionsOf(toStoredDocument(document), parseAccountId(accountId)),
  }),
  graphWarnings: t.field({
    scope: 'READ_GRAPHS',
    type: [WarningType],
    nullable: true,
    description:
      'Returns the links and constants of a graph document whose value loses its meaning when it is converted to the type of the pin, such as a list that becomes its length. Nothing is saved.',
    args: documentArgs(t),
    resolve: (_root, { document, accountId }, { api }) =>
      api.graphs.warningsOf(toStoredDocument(document), parseAccountId(accountId)),
  }),
}))
