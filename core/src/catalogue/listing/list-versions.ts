import { sortPage, type Page, type PageRequest } from '../../base/index.ts'
import { toVersionKey } from '../package/index.ts'
import type { PluginVersion } from '../publishing/index.ts'

export const PLUGIN_VERSION_STATUSES = ['PUBLISHED', 'INSTALLED'] as const

/** `INSTALLED`: the version that new graph versions use. */
export type PluginVersionStatus = (typeof PLUGIN_VERSION_STATUSES)[number]

/** A version is in the list if it matches every given condition. */
export interface PluginVersionFilter {
  statuses?: readonly PluginVersionStatus[] | undefined
  /** The start of the version: `1.` or `2.0`. */
  startsWith?: string | undefined
}

export type PluginVersionOrderField = 'VERSION' | 'PUBLISHED_AT'

export function listVersions(
  versions: readonly PluginVersion[],
  request: PageRequest<PluginVersionFilter, PluginVersionOrderField>,
  readStatus: (version: PluginVersion) => PluginVersionStatus,
): Page<PluginVersion> {
  const { statuses, startsWith = '' } = request.filter
  const matching = versions.filter(
    (each) => each.version.startsWith(startsWith) && (statuses === undefined || statuses.includes(readStatus(each))),
  )
  return sortPage(matching, request, ({ id, version, publishedAt }) => ({
    value: request.orderBy.field === 'VERSION' ? toVersionKey(version) : publishedAt.toISOString(),
    id,
  }))
}
