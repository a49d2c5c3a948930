import type { Provider } from '../../capabilities/index.ts'
import type { Block, PluginReport } from '../../blocks/index.ts'

/** The plugins that graphs can use, and the result of loading each of them. */
export interface AvailablePlugins {
  /** Every block of every loaded plugin, by qualified name: the same list until it changes. */
  blocks(): readonly Block[]
  /** @param reference qualified name or UUID */
  block(reference: string): Block | undefined
  /** Every provider of every loaded plugin, by qualified name. */
  providers(): readonly Provider[]
  /** @param name qualified */
  provider(name: string): Provider | undefined
  reports(): readonly PluginReport[]
  report(packageName: string): PluginReport | undefined
}

/** Most accounts have installed no plugins, and share the lists of the installation. */
export function mergePlugins(base: AvailablePlugins, added: readonly PluginReport[]): AvailablePlugins {
  if (added.length === 0) return base
  const own = buildPlugins(added)
  let blocks: readonly Block[] | undefined
  return {
    blocks: () => (blocks ??= sortByName([...base.blocks(), ...own.blocks()])),
    block: (reference) => base.block(reference) ?? own.block(reference),
    providers: () => sortByName([...base.providers(), ...own.providers()]),
    provider: (name) => base.provider(name) ?? own.provider(name),
    reports: () => [...base.reports(), ...own.reports()],
    report: (packageName) => base.report(packageName) ?? own.report(packageName),
  }
}

export function buildPlugins(reports: readonly PluginReport[]): AvailablePlugins {
  const blocks = sortByName(reports.flatMap(({ plugin }) => plugin?.blocks ?? []))
  const providers = sortByName(reports.flatMap(({ plugin }) => plugin?.providers ?? []))
  const reportByPackage = new Map(reports.map((report) => [report.packageName, report]))
  const providerByName = new Map(providers.map((provider) => [provider.qualifiedName, provider]))
  const blockByReference = new Map([
    ...blocks.map((block) => [block.id, block] as const),
    ...blocks.map((block) => [block.qualifiedName, block] as const),
  ])
  return {
    blocks: () => blocks,
    block: (reference) => blockByReference.get(reference),
    providers: () => providers,
    provider: (name) => providerByName.get(name),
    reports: () => reports,
    report: (packageName) => reportByPackage.get(packageName),
  }
}

function sortByName<T extends { qualifiedName: string }>(all: T[]): T[] {
  return all.toSorted((a, b) => (a.qualifiedName < b.qualifiedName ? -1 : 1))
}
