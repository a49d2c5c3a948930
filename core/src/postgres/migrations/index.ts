import { Accounts } from './20261201-accounts.ts'
import { AuthorizationUsers } from './20261201-authorization-users.ts'
import { Identities } from './20261202-identities.ts'
import { CostBuckets } from './20261201-cost-buckets.ts'
import { Quotas } from './20261201-quotas.ts'
import { SignInTables } from './20261203-sign-in.ts'
import { StartKeyUsers } from './20261204-start-key-users.ts'
import { Initial } from './20261121-initial.ts'
import { Engine } from './20261122-engine.ts'
import { Credentials } from './20261123-credentials.ts'
import { Sleep } from './20261123-sleep.ts'
import { Takes } from './20261123-takes.ts'
import { StorageUse } from './20261124-storage-use.ts'
import { OAuth } from './20261125-oauth.ts'
import { Store } from './20261126-store.ts'
import { BundleCache } from './20261127-bundle-cache.ts'
import { BundleRelease } from './20261128-bundle-release.ts'
import { DraftBundles } from './20261128-draft-bundles.ts'
import { Workers } from './20261129-workers.ts'
import { PluginScans } from './20261129-plugin-scans.ts'
import { BrowserSessions } from './20261129-browser-sessions.ts'
import { SourceMaps } from './20261129-source-maps.ts'
import { GraphLists } from './20261130-graph-lists.ts'
import { ExecutionLists } from './20261130-execution-lists.ts'
import { HttpExchanges } from './20261130-http-exchanges.ts'
import { CompressedBlobs } from './20261130-compressed-blobs.ts'
import { Pairing } from './20261130-pairing.ts'
import { ApiKeyLimits } from './20261205-api-keys.ts'
import { PluginInstallations } from './20261206-plugin-installations.ts'
import { SessionIds } from './20261210-session-ids.ts'
import { IdempotencyKeys } from './20261209-idempotency-keys.ts'

/** In the order in which they run. */
export const MIGRATIONS = [
  Initial,
  Engine,
  Credentials,
  Sleep,
  Takes,
  StorageUse,
  OAuth,
  Store,
  BundleCache,
  BundleRelease,
  DraftBundles,
  Workers,
  PluginScans,
  BrowserSessions,
  SourceMaps,
  GraphLists,
  ExecutionLists,
  Pairing,
  HttpExchanges,
  CompressedBlobs,
  Accounts,
  AuthorizationUsers,
  Identities,
  CostBuckets,
  Quotas,
  SignInTables,
  StartKeyUsers,
  ApiKeyLimits,
  PluginInstallations,
  IdempotencyKeys,
  SessionIds,
]
