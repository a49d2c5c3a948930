import { BLOCK_KINDS, listCapabilities, sortPage, type Block } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { CostUnit } from '../base/cost-unit.ts'
import { CapabilityType } from '../refs/capability.ts'
import { toPins, PinType } from './pin.ts'
import { BlockList, BlockType, PluginType } from '../refs/catalogue.ts'

const CostType = builder.objectRef<Block['costs'][number]>('BlockCost').implement({
  description: 'The cost of one run.',
  fields: (t) => ({
    amount: t.exposeString('amount', {
      description: 'Credits as an exact decimal, such as `0.000125`. One credit is one US cent.',
    }),
    per: t.expose('per', { type: CostUnit }),
    when: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The inputs to which it applies. Null if it applies to all.',
      resolve: ({ when }) => when,
    }),
  }),
})

const BlockKind = builder.enumType('BlockKind', {
  description:
    'An `INPUT` or `OUTPUT` is a named input or output of a graph. A `NOTE` never runs. A `GRAPH` runs another graph. A `TRIGGER` starts an execution from an external event. An `APPROVAL` waits for a person.',
  values: BLOCK_KINDS.map(toEnumValue),
})

function toEnumValue(kind: Block['kind']): Uppercase<Block['kind']> {
  return kind.toUpperCase() as Uppercase<Block['kind']>
}

builder.objectType(BlockType, {
  description: 'A typed unit of work that a plugin provides.',
  fields: (t) => ({
    uuid: t.exposeString('id', { description: 'The id from its author. It never changes.' }),
    name: t.exposeString('qualifiedName', { description: 'Qualified name, such as `text/replace`.' }),
    description: t.exposeString('description'),
    category: t.exposeString('category'),
    categories: t.stringList({
      description: 'All categories of the block, the main one first.',
      resolve: ({ category, categories }) => [category, ...categories],
    }),
    kind: t.field({ type: BlockKind, resolve: ({ kind }) => toEnumValue(kind) }),
    staticOutput: t.exposeBoolean('staticOutput', {
      description: 'Whether linked nodes reuse its outputs instead of consuming them once.',
    }),
    serial: t.exposeBoolean('serial', { description: 'Whether the executions of a node run one after another.' }),
    timeoutMs: t.exposeInt('timeoutMs', {
      nullable: true,
      description: 'The time limit of a run. A node can set another limit.',
    }),
    costs: t.field({
      type: [CostType],
      description: 'The first entry that matches the inputs applies. Empty if the block is free.',
      resolve: ({ costs }) => costs,
    }),
    capabilities: t.field({
      type: [CapabilityType],
      description: 'The capabilities that it declares. Most blocks declare none.',
      resolve: ({ capabilities }) => listCapabilities(capabilities),
    }),
    plugin: t.field({ type: PluginType, resolve: ({ plugin }) => plugin.packageName }),
    inputs: t.field({ type: [PinType], resolve: ({ inputSchema }) => toPins(inputSchema) }),
    outputs: t.field({
      type: [PinType],
      description: 'The declared output pins. Every block also has the pin `error`.',
      resolve: ({ outputSchema }) => toPins(outputSchema),
    }),
    inputSchema: t.expose('inputSchema', { type: 'JSON', description: 'JSON Schema 2020-12.' }),
    outputSchema: t.expose('outputSchema', {
      type: 'JSON',
      description: 'JSON Schema 2020-12. Each property is the type of a pin.',
    }),
  }),
})

builder.queryFields((t) => ({
  blocks: BlockList.field(t, {
    description: 'The available blocks, by name.',
    load: (_root, request, { runtime }) => {
      const { category, text } = request.filter
      const blocks = runtime.plugins.blocks().filter((block) => matchesFilter(block, category ?? undefined, text ?? undefined))
      return sortPage(blocks, request, ({ qualifiedName: value, id }) => ({ value, id }))
    },
  }),
  block: t.field({
    type: BlockType,
    nullable: true,
    description: 'A block by its qualified name or its UUID.',
    args: { name: t.arg.string({ required: true }) },
    resolve: (_root, { name }, { runtime }) => runtime.plugins.block(name),
  }),
}))

function matchesFilter(block: Block, category: string | undefined, search: string | undefined): boolean {
  const groups = [block.category, ...block.categories].map((each) => each.toLowerCase())
  if (category !== undefined && !groups.includes(category.toLowerCase())) return false
  return search === undefined || `${block.qualifiedName} ${block.description}`.toLowerCase().includes(search.toLowerCase())
}
