import { AshlarError, sortPage, type Page, type PageRequest } from '../../base/index.ts'
import type { Block } from '../../blocks/index.ts'
import type { Provider } from '../../capabilities/index.ts'
import type { PluginStore, PluginVersion } from '../publishing/index.ts'
import type { AvailablePlugins, PluginRegistry } from '../registry/index.ts'
import { createBlockIndexes, createBlockSearch, type BlockIndexes } from './block-search.ts'
import { listBlocks, locateBlock, matchBlock, type BlockFilter, type BlockOrderField } from './list-blocks.ts'
import { listPlugins, mergePlugins, type CataloguePlugin, type PluginFilter, type PluginOrderField } from './list-plugins.ts'
import { listProviders, type ProviderFilter, type ProviderOrderField } from './list-providers.ts'
import { findSource, suggestBlocks, type BlockPin, type BlockSuggestion } from './suggest-blocks.ts'
import {
  listVersions,
  type PluginVersionFilter,
  type PluginVersionOrderField,
  type PluginVersionStatus,
} from './list-versions.ts'

/** Lists and searches of what the installation, or an account, can use. */
export interface Catalogue {
  plugins: AvailablePlugins
  /** @param blocks the blocks to list. @default all blocks */
  listBlocks(request: PageRequest<BlockFilter, BlockOrderField>, blocks?: readonly Block[]): Page<Block>
  /**
   * Finds blocks by words; see `BlockSearch`. A query without words finds nothing.
   *
   * @param query at most 200 characters
   * @throws {AshlarError} BAD_INPUT when the query is longer
   */
  searchBlocks(query: string, request: PageRequest<BlockFilter, BlockOrderField | 'RELEVANCE'>): Promise<Page<Block>>
  /**
   * Suggests blocks for a link from an output pin: see {@link BlockSuggestion}.
   *
   * @throws {AshlarError} NOT_FOUND when the pin does not exist
   */
  suggestBlocks(fromPin: BlockPin, request: PageRequest<BlockFilter, BlockOrderField | 'RELEVANCE'>): Page<BlockSuggestion>
  listPlugins(request: PageRequest<PluginFilter, PluginOrderField>): Promise<Page<CataloguePlugin>>
  /** Lists the plugins that the account has installed for itself. */
  listInstalled(request: PageRequest<PluginFilter, PluginOrderField>): Page<CataloguePlugin>
  findPlugins(packageNames: readonly string[]): Promise<Map<string, CataloguePlugin>>
  /**
   * Lists the versions of several packages that were published to this installation, with one statement.
   *
   * @param readStatus decides which versions are installed. @default {@link Catalogue.readVersionStatus}
   * @returns by package name
   */
  listVersions(
    packageNames: readonly string[],
    request: PageRequest<PluginVersionFilter, PluginVersionOrderField>,
    readStatus?: Catalogue['readVersionStatus'],
  ): Promise<Map<string, Page<PluginVersion>>>
  readVersionStatus(version: Pick<PluginVersion, 'packageName' | 'version'>): PluginVersionStatus
  listProviders(request: PageRequest<ProviderFilter, ProviderOrderField>): Page<Provider>
}

const MAX_QUERY_LENGTH = 200

interface CatalogueParts {
  plugins: AvailablePlugins
  pluginStore: Pick<PluginStore, 'listListings' | 'listVersions'>
  indexes?: BlockIndexes
}

/** The catalogues of the installation and of accounts. */
export interface Catalogues {
  catalogue: Catalogue
  /** Returns the plugins of the installation and those that an account has installed. */
  catalogueOf(accountId: string): Promise<Catalogue>
}

export function createCatalogues({ plugins, pluginStore }: CatalogueParts & { plugins: PluginRegistry }): Catalogues {
  const parts = { pluginStore, indexes: createBlockIndexes() }
  return {
    catalogue: createCatalogue({ ...parts, plugins }),
    catalogueOf: async (accountId) => createCatalogue({ ...parts, plugins: await plugins.forAccount(accountId) }),
  }
}

export function createCatalogue({ plugins, pluginStore, indexes }: CatalogueParts): Catalogue {
  const { search } = createBlockSearch(plugins, indexes)
  const readVersionStatus: Catalogue['readVersionStatus'] = ({ packageName, version }) => {
    const report = plugins.report(packageName)
    return report?.origin === 'STORE' && report.version === version ? 'INSTALLED' : 'PUBLISHED'
  }
  return {
    plugins,
    listBlocks: (request, blocks = plugins.blocks()) => listBlocks(blocks, request),
    async searchBlocks(query, request) {
      if (query.length > MAX_QUERY_LENGTH) throw tooLong(query)
      const { field } = request.orderBy
      const scores = await search(query)
      const found = plugins.blocks().filter(({ id }) => scores.has(id))
      return sortPage(found.filter(matchBlock(request.filter)), request, (block) =>
        field === 'RELEVANCE' ? { value: toSortText(scores.get(block.id)), id: block.id } : locateBlock(block, field),
      )
    },
    suggestBlocks(fromPin, request) {
      const { field } = request.orderBy
      const blocks = plugins.blocks().filter(matchBlock(request.filter))
      return sortPage(suggestBlocks(findSource(fromPin, plugins.block), blocks), request, ({ block, relevance }) =>
        field === 'RELEVANCE' ? { value: toSortText(relevance + MIN_RELEVANCE), id: block.id } : locateBlock(block, field),
      )
    },
    async listPlugins(request) {
      return listPlugins(mergePlugins(plugins.reports(), await pluginStore.listListings()), request)
    },
    listInstalled: (request) =>
      listPlugins(
        plugins.reports().filter(({ accountId }) => accountId !== undefined),
        request,
      ),
    async findPlugins(names) {
      const found = new Map<string, CataloguePlugin>()
      for (const name of names) {
        const report = plugins.report(name)
        if (report) found.set(name, report)
      }
      if (names.every((name) => found.has(name))) return found
      const all = mergePlugins(plugins.reports(), await pluginStore.listListings())
      return new Map(all.map((each) => [each.packageName, each]))
    },
    async listVersions(packageNames, request, readStatus = readVersionStatus) {
      const versions = await pluginStore.listVersions(packageNames)
      return new Map(packageNames.map((name) => [name, listVersions(versions.get(name) ?? [], request, readStatus)]))
    },
    readVersionStatus,
    listProviders: (request) => listProviders(plugins.providers(), request),
  }
}

/** Makes every relevance positive, for {@link toSortText}. */
const MIN_RELEVANCE = 1000

/** Text that sorts like the number. */
function toSortText(score = 0): string {
  return score.toFixed(4).padStart(16, '0')
}

function tooLong({ length }: string): AshlarError {
  const message = `query must have at most ${MAX_QUERY_LENGTH} characters, got ${length}`
  return new AshlarError('BAD_INPUT', message, { details: { path: ['query'] } })
}
