import type { BlockDifference, Compatibility, NodeCompatibility } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { FaultType } from './graph.ts'
import { GraphVersionType } from '../refs/graphs.ts'

const CompatibilityStatus = builder.enumType('CompatibilityStatus', {
  description:
    '`COMPATIBLE`: it was saved with the plugins that are installed. `UPGRADABLE`: others are, and `upgradeGraph` loses nothing. `BREAKING`: it would.',
  values: ['COMPATIBLE', 'UPGRADABLE', 'BREAKING'] as const,
})

const DifferenceKind = builder.enumType('BlockDifferenceKind', {
  values: ['BLOCK_REMOVED', 'PIN_REMOVED', 'PIN_REQUIRED', 'PIN_CHANGED', 'CAPABILITY_ADDED'] as const,
})

const BlockDifferenceType = builder.objectRef<BlockDifference>('BlockDifference').implement({
  description: 'How the installed block differs from the one that a graph version was saved with.',
  fields: (t) => ({
    kind: t.expose('kind', { type: DifferenceKind }),
    pin: t.exposeString('pin', { nullable: true, description: '`inputs.<pin>` or `outputs.<pin>`.' }),
    message: t.exposeString('message'),
    breaking: t.exposeBoolean('breaking', { description: 'The node uses what is lost, or lacks what is asked for.' }),
  }),
})

const NodeCompatibilityType = builder.objectRef<NodeCompatibility>('NodeCompatibility').implement({
  description: 'A node whose block is another now.',
  fields: (t) => ({
    node: t.exposeString('node'),
    block: t.exposeString('block', { description: 'Qualified name in the version that it was saved with.' }),
    status: t.expose('status', { type: CompatibilityStatus }),
    differences: t.expose('differences', { type: [BlockDifferenceType] }),
  }),
})

const CompatibilityType = builder.objectRef<Compatibility>('Compatibility').implement({
  description: 'A graph version beside the plugins that are installed.',
  fields: (t) => ({
    status: t.expose('status', { type: CompatibilityStatus }),
    nodes: t.expose('nodes', { type: [NodeCompatibilityType] }),
    faults: t.expose('faults', { type: [FaultType], description: 'What would be wrong with the graph as a whole.' }),
  }),
})

builder.objectField(GraphVersionType, 'compatibility', (t) =>
  t.field({
    type: CompatibilityType,
    description: 'What differs in the plugins that are installed now. It runs with those that it was saved with.',
    resolve: (version, _args, { runtime }) => runtime.upgrades.compatibilityOf(version),
  }),
)
