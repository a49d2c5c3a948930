import {
  createBlockStorage,
  createCapabilityHosts,
  type CapabilityHosts,
  type CredentialStore,
  type HostModules,
} from './capabilities/index.ts'
import type { PluginRegistry } from './catalogue/registry/index.ts'
import { createCostLedger, SettledCostLimits, type CostLimits, type CostRate } from './domains/costs/index.ts'
import { createQuotas, DEFAULT_QUOTAS, withOverrides, type QuotaOverrides, type Quotas } from './domains/quotas/index.ts'
import type { Database } from './postgres/index.ts'
import { recordHttp, storeExchanges, type RuntimeFakes } from './recording/index.ts'

interface LimitConfig {
  costRate?: CostRate | undefined
  quotas?: QuotaOverrides | undefined
  onError(error: unknown): void
}

/** Opens the limits of keys and accounts. @param undo receives a function that closes them */
export function openLimits(
  { costRate: rate, quotas = {}, onError }: LimitConfig,
  { pool }: Database,
  undo: (() => Promise<void> | void)[],
): { costLimits: CostLimits; quotas: Quotas } {
  const costLimits = new SettledCostLimits({ rate, ledger: createCostLedger(pool), onError })
  costLimits.start()
  undo.push(() => costLimits.close())
  return { costLimits, quotas: createQuotas(pool, withOverrides(DEFAULT_QUOTAS, quotas)) }
}

interface CapabilityConfig extends Partial<HostModules> {
  fakes?: RuntimeFakes
  onError(error: unknown): void
}

/** Opens the capabilities of blocks, or their fakes. */
export function openCapabilities(
  { fakes, hostFunction: findFunction, onError }: CapabilityConfig,
  { database: { pool }, plugins, store: credentials, quotas, ...services }: CapabilityParts,
): CapabilityHosts {
  if (fakes) return fakes.createCapabilities(plugins.providers)
  const hosts = createCapabilityHosts({
    storage: createBlockStorage(pool, {}, (ownerId) => quotas.limitOf(ownerId, 'storedBytes')),
    credentials,
    findFunction,
    ...services,
  })
  return recordHttp(hosts, storeExchanges(pool, onError))
}

interface CapabilityParts extends Pick<Parameters<typeof createCapabilityHosts>[0], 'http' | 'workspaces'> {
  database: Database
  plugins: PluginRegistry
  store: CredentialStore
  quotas: Quotas
}
