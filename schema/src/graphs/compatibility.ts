import type { BlockDifference, Compatibility, NodeCompatibility } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { FaultType } from './graph.ts'
import { GraphVersionType } from '../refs/graphs.ts'

const CompatibilityStatus = builder.enumType('CompatibilityStatus', {
  description:
    '`COMPATIBLE`: the installed blocks are those that the version was saved with. `UPGRADABLE`: the blocks have changed, and `upgradeGraph` can adopt them without loss. `BREAKING`: it cannot.',
  values: ['COMPATIBLE', 'UPGRADABLE', 'BREAKING'] as const,
})

const DifferenceKind = builder.enumType('BlockDifferenceKind', {
  values: ['BLOCK_REMOVED', 'PIN_REMOVED', 'PIN_REQUIRED', 'PIN_CHANGED', 'CAPABILITY_ADDED'] as const,
})

const BlockDifferenceType = builder.objectRef<BlockDifference>('BlockDifference').implement({
  description: 'A difference between the installed block and the block that a graph version was saved with.',
  fields: (t) => ({
    kind: t.expose('kind', { type: DifferenceKind }),
    pin: t.exposeString('pin', { nullable: true, description: '`inputs.<pin>` or `outputs.<pin>`.' }),
    message: t.exposeString('message'),
    breaking: t.exposeBoolean('breaking', {
      description: 'Whether the node uses something that was removed or lacks something that is now required.',
    }),
  }),
})

const NodeCompatibilityType = builder.objectRef<NodeCompatibility>('NodeCompatibility').implement({
  description: 'A node whose block has changed.',
  fields: (t) => ({
    nodeId: t.exposeString('node', { description: 'The node in the graph.' }),
    block: t.exposeString('block', { description: 'Qualified name of the block that the version was saved with.' }),
    status: t.expose('status', { type: CompatibilityStatus }),
    differences: t.expose('differences', { type: [BlockDifferenceType] }),
  }),
})

const CompatibilityType = builder.objectRef<Compatibility>('Compatibility').implement({
  description: 'A comparison of a graph version with the installed plugins.',
  fields: (t) => ({
    status: t.expose('status', { type: CompatibilityStatus }),
    nodes: t.expose('nodes', { type: [NodeCompatibilityType] }),
    faults: t.expose('faults', {
      type: [FaultType],
      description: 'The faults that the graph would have with the installed blocks.',
    }),
  }),
})

builder.objectField(GraphVersionType, 'compatibility', (t) =>
  t.field({
    type: CompatibilityType,
    description:
      'The differences from the plugins that are installed now. The version itself always runs with the blocks that it was saved with.',
    resolve: (version, _args, { runtime }) => runtime.upgrades.checkCompatibility(version),
  }),
)
