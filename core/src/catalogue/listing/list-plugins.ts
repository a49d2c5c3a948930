import { sortPage, type Page, type PageRequest } from '../../base/index.ts'
import type { PluginReport } from '../../blocks/index.ts'
import type { Listing } from '../publishing/index.ts'

/** A plugin that a worker has found, or a published plugin that is not installed (`AVAILABLE`). */
export interface CataloguePlugin extends Omit<PluginReport, 'status'> {
  status: PluginReport['status'] | 'AVAILABLE'
}

export const PLUGIN_STATUSES = ['LOADED', 'FAILED', 'AVAILABLE'] as const satisfies CataloguePlugin['status'][]
export const PLUGIN_ORIGINS = ['DEV', 'WORKSPACE', 'PACKAGE', 'STORE'] as const satisfies CataloguePlugin['origin'][]

/** A plugin is in the list if it matches every given condition. */
export interface PluginFilter {
  statuses?: readonly CataloguePlugin['status'][] | undefined
  sources?: readonly CataloguePlugin['origin'][] | undefined
  /** Part of the name of the package or of the plugin. Case-insensitive. */
  text?: string | undefined
}

export type PluginOrderField = 'NAME' | 'STATUS'

/** The plugins that workers have found, then those that are only published. */
export function mergePlugins(reports: readonly PluginReport[], listings: readonly Listing[]): CataloguePlugin[] {
  const names = new Set(reports.map(({ packageName }) => packageName))
  return [...reports, ...listings.filter(({ packageName }) => !names.has(packageName)).map(toAvailable)]
}

function toAvailable({ packageName, newestVersion }: Listing): CataloguePlugin {
  return { packageName, version: newestVersion, origin: 'STORE', status: 'AVAILABLE' }
}

export function listPlugins(
  plugins: readonly CataloguePlugin[],
  request: PageRequest<PluginFilter, PluginOrderField>,
): Page<CataloguePlugin> {
  const { statuses, sources, text } = request.filter
  const part = text?.toLowerCase()
  const matching = plugins.filter(
    ({ status, origin, packageName, plugin }) =>
      (statuses === undefined || statuses.includes(status)) &&
      (sources === undefined || sources.includes(origin)) &&
      (part === undefined || `${packageName}\n${plugin?.name ?? ''}`.toLowerCase().includes(part)),
  )
  return sortPage(matching, request, ({ packageName, status }) => ({
    value: request.orderBy.field === 'NAME' ? packageName : `${status} ${packageName}`,
    id: packageName,
  }))
}
