import type { DocumentDiff, FieldChange, LinkChange, NodeChange, SettingChange } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { GraphLinkType, GraphNodeType } from './document.ts'

const NodeField = builder.enumType('NodeField', {
  description: 'A field of a node in a graph.',
  values: {
    BLOCK: { description: 'The block.' },
    INPUT: { description: 'A constant input.' },
    TITLE: { description: 'The title.' },
    POSITION: { description: 'The position in an editor.' },
    TIMEOUT: { description: 'The timeout, `timeoutMs`.' },
    RETRY: { description: 'How often and when the node runs again.' },
    CREDENTIAL: { description: 'The credential for a provider.' },
    LOOP: { description: 'How the iterations of the node run.' },
    SCOPE: { description: 'The node whose loop a collect node closes.' },
  },
})

const GraphSetting = builder.enumType('GraphSetting', {
  description: 'A setting of a graph.',
  values: {
    ON_UNHANDLED_ERROR: { value: 'onUnhandledError', description: 'The setting `onUnhandledError`.' },
    CONCURRENCY: { value: 'concurrency', description: 'The setting `concurrency`.' },
    PAIRING: { value: 'pairing', description: 'The setting `pairing`.' },
    BUDGET: { value: 'budget', description: 'The setting `budget`.' },
    ORIGIN: { value: 'origin', description: 'The setting `origin`.' },
  } as const,
})

const NodeFieldChangeType = builder.objectRef<FieldChange>('NodeFieldChange').implement({
  description: 'A field of a node that differs between two versions.',
  fields: (t) => ({
    field: t.expose('field', { type: NodeField, description: 'The field.' }),
    key: t.exposeString('key', {
      nullable: true,
      description: 'The pin of an `INPUT`, or the provider of a `CREDENTIAL`. Null for other fields.',
    }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value in the first version. Null if it is not set.',
      resolve: ({ before }) => before,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value in the second version. Null if it is not set.',
      resolve: ({ after }) => after,
    }),
  }),
})

const NodeChangeType = builder.objectRef<NodeChange>('NodeChange').implement({
  description: 'A node that differs between two versions.',
  fields: (t) => ({
    nodeId: t.exposeString('nodeId', { description: 'The key of the node in both graphs.' }),
    before: t.expose('before', { type: GraphNodeType, description: 'The node in the first version.' }),
    after: t.expose('after', { type: GraphNodeType, description: 'The node in the second version.' }),
    onlyMoved: t.exposeBoolean('onlyMoved', { description: 'Whether only its position differs.' }),
    fields: t.expose('fields', { type: [NodeFieldChangeType], description: 'The fields that differ.' }),
  }),
})

const GraphLinkChangeType = builder.objectRef<LinkChange>('GraphLinkChange').implement({
  description: 'A link that differs between two versions. Its ends are the same.',
  fields: (t) => ({
    before: t.expose('before', { type: GraphLinkType, description: 'The link in the first version.' }),
    after: t.expose('after', { type: GraphLinkType, description: 'The link in the second version.' }),
  }),
})

const GraphSettingChangeType = builder.objectRef<SettingChange>('GraphSettingChange').implement({
  description: 'A setting that differs between two versions.',
  fields: (t) => ({
    setting: t.expose('setting', { type: GraphSetting, description: 'The setting.' }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value in the first version. Null if it is not set.',
      resolve: ({ before }) => before,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value in the second version. Null if it is not set.',
      resolve: ({ after }) => after,
    }),
  }),
})

const GraphVersionDiffType = builder.objectRef<DocumentDiff>('GraphVersionDiff').implement({
  description: 'The differences between the documents of two graph versions. Nodes are matched by their keys.',
  fields: (t) => ({
    addedNodes: t.field({
      type: [GraphNodeType],
      description: 'The nodes that only the second version has.',
      resolve: ({ nodes }) => nodes.added,
    }),
    removedNodes: t.field({
      type: [GraphNodeType],
      description: 'The nodes that only the first version has.',
      resolve: ({ nodes }) => nodes.removed,
    }),
    changedNodes: t.field({
      type: [NodeChangeType],
      description: 'The nodes that differ.',
      resolve: ({ nodes }) => nodes.changed,
    }),
    addedLinks: t.field({
      type: [GraphLinkType],
      description: 'The links that only the second version has.',
      resolve: ({ links }) => links.added,
    }),
    removedLinks: t.field({
      type: [GraphLinkType],
      description: 'The links that only the first version has.',
      resolve: ({ links }) => links.removed,
    }),
    changedLinks: t.field({
      type: [GraphLinkChangeType],
      description: 'The links with the same ends that differ otherwise, such as in `carry`.',
      resolve: ({ links }) => links.changed,
    }),
    changedSettings: t.expose('settings', { type: [GraphSettingChangeType], description: 'The settings that differ.' }),
  }),
})

builder.queryField('diffGraphVersions', (t) =>
  t.field({
    scope: 'READ_GRAPHS',
    type: GraphVersionDiffType,
    nullable: true,
    description: 'Compares the documents of two graph versions, of the same or of different graphs.',
    args: {
      a: t.arg.id({ required: true, description: 'Global id of the first version, such as the older one.' }),
      b: t.arg.id({ required: true, description: 'Global id of the second version.' }),
    },
    resolve: (_root, { a, b }, { api }) =>
      api.graphs.diffVersions(parseGlobalId(a, 'GraphVersion', 'a'), parseGlobalId(b, 'GraphVersion', 'b')),
  }),
)
