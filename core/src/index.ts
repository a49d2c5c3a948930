export { isEqual, parseJson, parseNumber, reviveNumber } from '@ashlar/sdk/json'
export { AshlarError, ERROR_CODES, messageOf, showValue } from './errors/index.ts'
export { findServer, isText, isUuid, openDataDir, secretKeyFile, startEmbeddedPostgres } from './database/index.ts'
export {
  COST_UNITS,
  listAuthorizationHosts,
  formatSecretHost,
  isHttpAllowEntry,
  listCapabilities,
  listProviders,
  verifyWebhookSignature,
} from './capabilities/index.ts'
export { createRuntime } from './runtime.ts'
export {
  createWorkbench,
  digestOfFiles,
  findGlobalUses,
  isVersion,
  packageNameSchema,
  readPackageFile,
  showPosition,
  signFacts,
  testBlocks,
  unpackTarball,
} from './plugins/index.ts'
export { ISOLATIONS, isWeaker } from './sandbox/index.ts'
export type { Isolation } from './sandbox/index.ts'
export { EXECUTION_STATUSES, NODE_EXECUTION_STATUSES, isFinal } from './executions/index.ts'
export { LOGIN_MINUTES } from './accounts/index.ts'
export type { BrowserSession, User } from './accounts/index.ts'
export type { CredentialType, HostProvider, HostRequest, Provider } from './capabilities/index.ts'
export { oauthClientSchema } from './credentials/index.ts'
export type { Credential, OAuthClient } from './credentials/index.ts'
export type { DataDir, EmbeddedPostgresOptions, EmbeddedPostgresServer } from './database/index.ts'
export type { ErrorCode, ErrorDetails, Fault } from './errors/index.ts'
export type {
  Execution,
  ExecutionStatus,
  FollowedEvent,
  JournalEvent,
  JournalState,
  NodeExecutionStatus,
  NodeExecutionView,
  NodeFailure,
  ProgressReport,
  Reason,
} from './executions/index.ts'
export type {
  BlockDifference,
  Compatibility,
  Graph,
  GraphDocument,
  GraphVersion,
  NodeCompatibility,
  Page,
  PageRequest,
} from './graphs/index.ts'
export type { JsonSchema } from './pins/index.ts'
export type {
  AuthorSignature,
  Block,
  BlockTestResult,
  Draft,
  Example,
  Plugin,
  PluginCheck,
  PluginOrigin,
  PluginReport,
  PluginStore,
  PluginVersion,
  SignedFacts,
  SourcePosition,
  StorePackage,
  VersionReport,
  Workbench,
} from './plugins/index.ts'
export type { CloseOptions, OperatorChanges, Role, Runtime, RuntimeConfig } from './runtime.ts'
