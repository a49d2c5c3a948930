import type { BlockDifference, Compatibility, NodeCompatibility } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { FaultType } from './faults.ts'
import { GraphVersionType } from '../refs/graphs.ts'

const CompatibilityStatus = builder.enumType('CompatibilityStatus', {
  description: 'Whether a graph version can use the installed blocks.',
  values: {
    COMPATIBLE: { description: 'The installed blocks are those that the version was saved with.' },
    UPGRADABLE: { description: 'The blocks have changed, and `upgradeGraph` can adopt them without loss.' },
    BREAKING: { description: 'The blocks have changed, and `upgradeGraph` cannot adopt them.' },
  },
})

const DifferenceKind = builder.enumType('BlockDifferenceKind', {
  description: 'How an installed block differs from the block that a graph version was saved with.',
  values: {
    BLOCK_REMOVED: { description: 'The block no longer exists.' },
    PIN_REMOVED: { description: 'A pin no longer exists.' },
    PIN_REQUIRED: { description: 'An input pin is now required.' },
    PIN_CHANGED: { description: 'The type of a pin has changed.' },
    CAPABILITY_ADDED: { description: 'The block requires a new capability.' },
  },
})

const BlockDifferenceType = builder.objectRef<BlockDifference>('BlockDifference').implement({
  description: 'A difference between the installed block and the block that a graph version was saved with.',
  fields: (t) => ({
    kind: t.expose('kind', { type: DifferenceKind, description: 'The kind of difference.' }),
    pin: t.exposeString('pin', {
      nullable: true,
      description: '`inputs.<pin>` or `outputs.<pin>`. Null if the difference concerns the whole block.',
    }),
    message: t.exposeString('message', { description: 'For people: what has changed and what to do.' }),
    breaking: t.exposeBoolean('breaking', {
      description: 'Whether the node uses something that was removed or lacks something that is now required.',
    }),
  }),
})

const NodeCompatibilityType = builder.objectRef<NodeCompatibility>('NodeCompatibility').implement({
  description: 'A node whose block has changed.',
  fields: (t) => ({
    nodeId: t.exposeString('node', { description: 'The key of the node in the graph.' }),
    block: t.exposeString('block', { description: 'Qualified name of the block that the version was saved with.' }),
    status: t.expose('status', { type: CompatibilityStatus, description: 'Whether the node can use the installed block.' }),
    differences: t.expose('differences', { type: [BlockDifferenceType], description: 'What has changed.' }),
  }),
})

const CompatibilityType = builder.objectRef<Compatibility>('Compatibility').implement({
  description: 'A comparison of a graph version with the installed plugins.',
  fields: (t) => ({
    status: t.expose('status', { type: CompatibilityStatus, description: 'Whether the version can use the installed blocks.' }),
    nodes: t.expose('nodes', { type: [NodeCompatibilityType], description: 'The nodes whose blocks have changed.' }),
    faults: t.expose('faults', {
      type: [FaultType],
      description: 'The faults that the graph would have with the installed blocks.',
    }),
  }),
})

builder.objectField(GraphVersionType, 'compatibility', (t) =>
  t.field({
    type: CompatibilityType,
    nullable: true,
    description:
      'The differences from the plugins that are installed now. The version itself always runs with the blocks that it was saved with.',
    resolve: (version, _args, { runtime }) => runtime.upgrades.checkCompatibility(version),
  }),
)
