import type { GraphServices } from './access/index.ts'
import type { PluginRegistry } from './catalogue/registry/index.ts'
import { createGraphWarnings, createUpgrades, type Graphs } from './domains/graphs/index.ts'
import { createInterchange } from './domains/graphs/interchange/index.ts'
import type { Quotas } from './domains/quotas/index.ts'
import { createGraphTransfers } from './domains/graphs/transfer/index.ts'
import type { Database } from './postgres/index.ts'

export function createGraphServices(database: Database, plugins: PluginRegistry, graphs: Graphs, quotas: Quotas): GraphServices {
  return {
    graphs,
    graphTransfers: createGraphTransfers({ database, plugins, quotas }),
    graphWarnings: createGraphWarnings(graphs, plugins),
    interchange: createInterchange({ database, plugins, graphs, quotas }),
    upgrades: createUpgrades(graphs, plugins),
  }
}
