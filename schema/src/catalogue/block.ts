import { listCapabilities, type Block } from '@ashlar/core'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { toAccountKey } from '../base/account-key.ts'
import { builder } from '../base/builder.ts'
import { CostUnit } from '../base/cost-unit.ts'
import { CapabilityType } from '../refs/capability.ts'
import { toPins, PinType } from './pin.ts'
import { BlockList, BlockType, PluginType } from '../refs/catalogue.ts'
import { BlockKind } from '../refs/catalogue-enums.ts'

const CostType = builder.objectRef<Block['costs'][number]>('BlockCost').implement({
  description: 'The cost of one run.',
  fields: (t) => ({
    amount: t.exposeString('amount', {
      description: 'Credits as an exact decimal, such as `0.000125`. One credit is one US cent.',
    }),
    per: t.expose('per', { type: CostUnit, description: 'The unit that costs this amount.' }),
    when: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The inputs to which it applies. Null if it applies to all.',
      resolve: ({ when }) => when,
    }),
  }),
})

builder.objectType(BlockType, {
  description: 'A typed unit of work that a plugin provides.',
  fields: (t) => ({
    uuid: t.exposeString('id', { description: 'The id from its author. It never changes.' }),
    name: t.exposeString('qualifiedName', { description: 'Qualified name, such as `text/replace`.' }),
    description: t.exposeString('description', { description: 'One sentence that states what the block does.' }),
    category: t.exposeString('category', { description: 'The main category, such as `TEXT`.' }),
    categories: t.stringList({
      description: 'All categories of the block, the main one first.',
      resolve: ({ category, categories }) => [category, ...categories],
    }),
    synonyms: t.stringList({
      description: 'Other words that find the block in `searchBlocks`.',
      resolve: ({ synonyms }) => synonyms,
    }),
    icon: t.exposeString('icon', {
      description: 'The name of an icon of the [Lucide](https://lucide.dev/icons) set. `box` if its author chose none.',
    }),
    kind: t.expose('kind', { type: BlockKind, description: 'What the block does in a graph.' }),
    staticOutput: t.exposeBoolean('staticOutput', {
      description: 'Whether linked nodes reuse its outputs instead of consuming them once.',
    }),
    serial: t.exposeBoolean('serial', { description: 'Whether the executions of a node run one after another.' }),
    timeoutMs: t.exposeInt('timeoutMs', {
      nullable: true,
      description: 'The time limit of a run, in milliseconds. A node can set another limit. Null for the default, 60000.',
    }),
    costs: t.field({
      type: [CostType],
      description: 'The first entry that matches the inputs applies. Empty if the block is free.',
      resolve: ({ costs }) => costs,
    }),
    unavailable: t.exposeString('unavailable', {
      nullable: true,
      description:
        'What the block needs and this version of Ashlar does not have yet. Its nodes fail with `NOT_AVAILABLE`. Null if the block can run.',
    }),
    capabilities: t.field({
      type: [CapabilityType],
      description: 'The capabilities that it declares. Most blocks declare none.',
      resolve: ({ capabilities }) => listCapabilities(capabilities),
    }),
    plugin: t.field({
      type: PluginType,
      nullable: true,
      description: 'The plugin that provides the block. Null if it was removed since.',
      resolve: ({ plugin: { accountId, packageName } }) => toAccountKey(accountId, packageName),
    }),
    inputs: t.field({ type: [PinType], description: 'The input pins.', resolve: ({ inputSchema }) => toPins(inputSchema) }),
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
  blocks: BlockList.rootField(t, {
    scope: 'ANY',
    description: 'The available blocks, by name.',
    args: {
      accountId: t.arg.id(describeAccountId('The account whose plugins are included, besides those of the installation.')),
    },
    load: async (_root, request, { api }, { accountId }) =>
      (await api.plugins.catalogue(parseAccountId(accountId))).listBlocks(request),
  }),
  searchBlocks: BlockList.rootField(t, {
    scope: 'ANY',
    description:
      'Finds blocks by words of their name, synonyms, description, categories and pins, the most relevant first. Plurals, parts of words and small typing errors also match.',
    args: {
      query: t.arg.string({
        required: true,
        description: 'Words such as `for each`, at most 200 characters. A query without words finds nothing.',
      }),
      accountId: t.arg.id(describeAccountId('The account whose plugins are included, besides those of the installation.')),
    },
    defaultOrder: { field: 'RELEVANCE', direction: 'DESC', description: 'The default is by relevance.' },
    load: async (_root, request, { api }, { query, accountId }) =>
      (await api.plugins.catalogue(parseAccountId(accountId))).searchBlocks(query, request),
  }),
  block: t.field({
    scope: 'ANY',
    type: BlockType,
    nullable: true,
    description: 'A block by its qualified name or its UUID. Null if no such block is available.',
    args: {
      name: t.arg.string({ required: true, description: 'The qualified name, such as `text/replace`, or the UUID.' }),
      accountId: t.arg.id(describeAccountId('The account whose plugins are included, besides those of the installation.')),
    },
    resolve: async (_root, { name, accountId }, { api }) =>
      (await api.plugins.catalogue(parseAccountId(accountId))).plugins.block(name),
  }),
}))
