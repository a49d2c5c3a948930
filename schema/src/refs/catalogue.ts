import type { Block, BlockSuggestion, Catalogue, CataloguePlugin, PluginVersion } from '@ashlar/core'
import { loadFromCatalogues, toAccountKey } from '../base/account-key.ts'
import { builder, type SchemaTypes } from '../base/builder.ts'
import { inOrder } from '../base/global-ids.ts'
import { defineList } from '../base/list.ts'
import { BlockKind, PinKindType, PluginSource, PluginStatus, PluginVersionStatusType } from './catalogue-enums.ts'

export const BlockType = builder.loadableNodeRef('Block', {
  id: { resolve: ({ id, plugin }: Block) => toAccountKey(plugin.accountId, id) },
  load: async (keys: string[], context) =>
    inOrder(keys, await loadFromCatalogues(keys, context, findBlocks, ({ plugin }) => plugin.accountId)),
})

function findBlocks({ plugins }: Catalogue, ids: string[]): Map<string, Block> {
  return new Map(ids.flatMap((id) => plugins.block(id) ?? []).map((block) => [block.id, block]))
}

export const PluginType = builder.loadableNodeRef('Plugin', {
  id: { resolve: ({ accountId, packageName }: CataloguePlugin) => toAccountKey(accountId, packageName) },
  load: async (keys: string[], context) =>
    inOrder(
      keys,
      await loadFromCatalogues(
        keys,
        context,
        (catalogue, names) => catalogue.findPlugins(names),
        ({ accountId }) => accountId,
      ),
    ),
})

export const PluginVersionType = builder.loadableNodeRef('PluginVersion', {
  id: { resolve: (version: PluginVersion) => version.id },
  load: async (ids: string[], { runtime }) => inOrder(ids, await runtime.pluginStore.findVersions(ids)),
})

type FilterBuilder = PothosSchemaTypes.InputFieldBuilder<SchemaTypes, 'InputObject'>

/** The conditions on a block, for lists of blocks and of suggestions. */
const blockFilter = (t: FilterBuilder) => ({
  text: t.string({ description: 'Part of the name, the description or a synonym. Case-insensitive.' }),
  category: t.string({ description: 'One of the categories of the block, such as `TEXT`. Case-insensitive.' }),
  kinds: t.field({ type: [BlockKind], description: 'The kind of the block is one of these.' }),
  packageName: t.string({ description: 'The npm package of the plugin of the block.' }),
  inputKind: t.field({
    type: PinKindType,
    description: 'The block has an input pin of this kind. A pin that accepts several kinds is of each of them.',
  }),
  outputKind: t.field({
    type: PinKindType,
    description: 'The block has an output pin of this kind. A pin that accepts several kinds is of each of them.',
  }),
})

export const BlockList = defineList<Block>()({
  type: BlockType,
  name: 'Block',
  plural: 'blocks',
  filter: blockFilter,
  orderFields: { NAME: 'The qualified name.', CATEGORY: 'The main category, then the qualified name.' },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
  locate: ({ qualifiedName: value, id }) => ({ value, id }),
})

export const BlockSuggestionType = builder.objectRef<BlockSuggestion>('BlockSuggestion')

export const BlockSuggestionList = defineList<BlockSuggestion>()({
  type: BlockSuggestionType,
  name: 'BlockSuggestion',
  plural: 'suggestions',
  filter: blockFilter,
  orderFields: {
    RELEVANCE: 'How well the block fits.',
    NAME: 'The qualified name of the block.',
    CATEGORY: 'The main category of the block, then its qualified name.',
  },
  defaultOrder: { field: 'RELEVANCE', direction: 'DESC' },
  locate: ({ relevance, block: { id } }) => ({ value: String(relevance), id }),
})

export const PluginList = defineList<CataloguePlugin>()({
  type: PluginType,
  name: 'Plugin',
  plural: 'plugins',
  filter: (t) => ({
    text: t.string({ description: 'Part of the package name or the plugin name. Case-insensitive.' }),
    statuses: t.field({ type: [PluginStatus], description: 'The status of the plugin is one of these.' }),
    sources: t.field({ type: [PluginSource], description: 'The source of the plugin is one of these.' }),
  }),
  orderFields: { NAME: 'The package name.', STATUS: 'The name of the status, then the package name.' },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
  locate: ({ packageName }) => ({ value: packageName, id: packageName }),
})

export const PluginVersionList = defineList<PluginVersion>()({
  type: PluginVersionType,
  name: 'PluginVersion',
  plural: 'versions',
  filter: (t) => ({
    statuses: t.field({ type: [PluginVersionStatusType], description: 'The status of the version is one of these.' }),
    startsWith: t.string({ description: 'The start of the version, such as `1.`.' }),
  }),
  orderFields: {
    VERSION: 'The version, by semantic versioning precedence.',
    PUBLISHED_AT: 'The time when the version was published.',
  },
  defaultOrder: { field: 'PUBLISHED_AT', direction: 'DESC' },
  locate: ({ id, publishedAt }) => ({ value: publishedAt.toISOString(), id }),
})
