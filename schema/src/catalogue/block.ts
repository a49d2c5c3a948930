import { listCapabilities, type Block } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { connectionOf, parsePage, sliceOf } from '../base/connections.ts'
import { CostUnit } from '../base/costs.ts'
import { CapabilityType } from '../refs/capability.ts'
import { pinsOf, PinType } from './pin.ts'
import { BlockConnection, BlockType, PluginType } from '../refs/catalogue.ts'

const CostType = builder.objectRef<Block['costs'][number]>('BlockCost').implement({
  description: 'What a run costs, in credits: 1 credit is 1 US cent.',
  fields: (t) => ({
    amount: t.exposeString('amount', { description: 'Exact decimal.' }),
    per: t.expose('per', { type: CostUnit }),
    when: t.field({ type: 'JSON', nullable: true, description: 'Inputs for which it counts.', resolve: ({ when }) => when }),
  }),
})

const BlockKind = builder.enumType('BlockKind', {
  description:
    '`INPUT` and `OUTPUT` blocks are the named ends of a graph; a `NOTE` never runs; a `GRAPH` runs another graph; at a `TRIGGER` an event from outside begins; an `APPROVAL` waits for a person.',
  values: ['STANDARD', 'INPUT', 'OUTPUT', 'NOTE', 'GRAPH', 'TRIGGER', 'APPROVAL'] as const,
})

builder.objectType(BlockType, {
  description: 'A typed unit of work that a plugin brings.',
  fields: (t) => ({
    uuid: t.exposeString('id', { description: 'The id its author gave it, for ever.' }),
    name: t.exposeString('qualifiedName', { description: 'Qualified by its plugin: `text/replace`.' }),
    description: t.exposeString('description'),
    category: t.exposeString('category'),
    categories: t.stringList({
      description: 'All groups it is found in.',
      resolve: ({ category, categories }) => [category, ...categories],
    }),
    kind: t.field({ type: BlockKind, resolve: ({ kind }) => kind.toUpperCase() as 'STANDARD' }),
    staticOutput: t.exposeBoolean('staticOutput', { description: 'Its output is kept and reused by the nodes it feeds.' }),
    serial: t.exposeBoolean('serial', { description: 'Runs of one node never overlap.' }),
    timeoutMs: t.exposeInt('timeoutMs', { nullable: true, description: 'Wall clock of a run, unless the node says another.' }),
    costs: t.field({
      type: [CostType],
      description: 'The first that fits counts; none: it is free.',
      resolve: ({ costs }) => costs,
    }),
    capabilities: t.field({
      type: [CapabilityType],
      description: 'What it may do beyond computing on its inputs; empty for most.',
      resolve: ({ capabilities }) => listCapabilities(capabilities),
    }),
    plugin: t.field({ type: PluginType, resolve: ({ plugin }) => plugin.packageName }),
    inputs: t.field({ type: [PinType], resolve: ({ inputSchema }) => pinsOf(inputSchema) }),
    outputs: t.field({
      type: [PinType],
      description: 'Every block has the pin `error` besides.',
      resolve: ({ outputSchema }) => pinsOf(outputSchema),
    }),
    inputSchema: t.expose('inputSchema', { type: 'JSON', description: 'JSON Schema 2020-12.' }),
    outputSchema: t.expose('outputSchema', {
      type: 'JSON',
      description: 'JSON Schema 2020-12; the type of each pin is a property.',
    }),
  }),
})

builder.queryFields((t) => ({
  blocks: t.connection(
    {
      type: BlockType,
      description: 'Blocks that graphs can be made of, by name.',
      args: {
        category: t.arg.string({ description: 'Only blocks that are found in this group, such as `TEXT`, in capitals or not.' }),
        search: t.arg.string({ description: 'Only blocks with this text in their name or description.' }),
      },
      resolve: (_root, { category, search, ...page }, { runtime }) => {
        const blocks = runtime.plugins.blocks().filter((block) => isWanted(block, category ?? undefined, search ?? undefined))
        return connectionOf(
          sliceOf(blocks, parsePage(page, 'Block'), ({ id }) => id),
          'Block',
          ({ id }) => id,
        )
      },
    },
    BlockConnection,
  ),
  block: t.field({
    type: BlockType,
    nullable: true,
    description: 'A block by its qualified name or its UUID.',
    args: { name: t.arg.string({ required: true }) },
    resolve: (_root, { name }, { runtime }) => runtime.plugins.block(name),
  }),
}))

function isWanted(block: Block, category: string | undefined, search: string | undefined): boolean {
  const groups = [block.category, ...block.categories].map((each) => each.toLowerCase())
  if (category !== undefined && !groups.includes(category.toLowerCase())) return false
  return search === undefined || `${block.qualifiedName} ${block.description}`.toLowerCase().includes(search.toLowerCase())
}
