export { isEqual, parseJson, parseNumber, reviveNumber } from '@ashlar/sdk/json'
export {
  API_ERROR_CODES,
  AshlarError,
  ERROR_CODES,
  JsonText,
  minJsonLength,
  Lru,
  describeSecretIssue,
  errorMessage,
  showValue,
  sortPage,
  toPage,
  Turns,
  isText,
  isUuid,
} from './base/index.ts'
export { findServer, openDataDir, secretKeyFile, startEmbeddedPostgres } from './postgres/embedded/index.ts'
export {
  COST_UNITS,
  listAuthorizationHosts,
  formatSecretHost,
  isHttpAllowEntry,
  isLocalEndpoint,
  listCapabilities,
  listCapabilityKinds,
  listProviders,
} from './capabilities/index.ts'
export { createRuntime } from './create-runtime.ts'
export { QUOTA_NAMES, quotasSchema } from './domains/quotas/index.ts'
export type { Quota, QuotaName, QuotaOverrides } from './domains/quotas/index.ts'
export type { CostLimits, CostRate } from './domains/costs/index.ts'
export { createWorkbench, findFetchUses, findGlobalUses, testBlocks } from './catalogue/trial/index.ts'
export { digestFiles, isVersion, packageNameSchema, readPackageFile, unpackTarball } from './catalogue/package/index.ts'
export { showPosition } from './catalogue/loading/index.ts'
export { signFacts } from './catalogue/publishing/index.ts'
export { ISOLATIONS } from './sandbox/limits/index.ts'
export type { Isolation } from './sandbox/limits/index.ts'
export { EXECUTION_STATUSES, NODE_EXECUTION_STATUSES, isFinal } from './engine/index.ts'
export { API_KEY_SCOPES, LOGIN_MINUTES, requireScope } from './domains/accounts/index.ts'
export { SIGN_UP_POLICIES } from './domains/sign-in/index.ts'
export type { SignInMail, SignUpPolicy } from './domains/sign-in/index.ts'
export type { CallerApi, RepeatableResult } from './access/index.ts'
export type {
  AccountRole,
  ApiKey,
  ApiKeyScope,
  BrowserSession,
  ForeignIdentity,
  Caller,
  Invitation,
  Member,
  Membership,
  OpenSession,
  User,
} from './domains/accounts/index.ts'
export { BUILTIN_HOST_MODULES, listSecretSpellings } from './capabilities/index.ts'
export type { HostContext, HostFunction, HostModules, HostProvider, Provider, RunHostFunction } from './capabilities/index.ts'
export { oauthClientSchema } from './domains/credentials/index.ts'
export type { Credential, CredentialFilter, CredentialOrderField, OAuthClient } from './domains/credentials/index.ts'
export type { DataDir } from './postgres/embedded/index.ts'
export type { Direction, ErrorCode, ErrorDetails, Fault, Listed, Page, PageRequest, Position } from './base/index.ts'
export type { Execution } from './runtime/lifecycle/index.ts'
export type { JournalEvent, NodeExecutionStatus, NodeFailure, Reason } from './engine/index.ts'
export { totalUsage } from './engine/index.ts'
export type { ModelUsage } from './engine/index.ts'
export { DOWNLOAD_PATH, formatNodeExecutionKey, locateFile, toScopePosition } from './domains/executions/index.ts'
export type {
  StartRequest,
  BulkFailure,
  BulkRequest,
  BulkResult,
  EventFilter,
  EventRequest,
  ExecutionChange,
  ExecutionDiff,
  ExecutionFile,
  ExecutionFileFilter,
  ExecutionFileRequest,
  ExecutionFilter,
  ExecutionRequest,
  ExecutionSummary,
  FileDownload,
  FollowedEvent,
  IterationView,
  NodeDifference,
  NodeExecutionFilter,
  NodeExecutionKey,
  NodeExecutionRequest,
  NodeExecutionView,
  ScopeProgress,
  ScopeRequest,
  ScopeView,
  ValueDifference,
} from './domains/executions/index.ts'
export type { ProgressReport } from './runtime/driver/index.ts'
export { PIN_KINDS, formatType, toPinKind } from './pins/index.ts'
export type { JsonSchema, PinKind } from './pins/index.ts'
export { documentJsonSchema, readDocument } from './engine/graph/index.ts'
export type {
  BlockDifference,
  DocumentDiff,
  FieldChange,
  GraphDocument,
  GraphNode,
  LinkChange,
  NodeChange,
  SettingChange,
  GraphConversion,
} from './engine/graph/index.ts'
export type {
  Compatibility,
  Graph,
  GraphFilter,
  GraphOrderField,
  GraphVersion,
  NodeCompatibility,
  VersionFilter,
  VersionOrderField,
} from './domains/graphs/index.ts'
export type {
  ExportedGraph,
  GraphFormat,
  ImportedGraph,
  ImportedNode,
  ImportReport,
  MissingBlock,
  TransferChange,
  TransferKind,
} from './domains/graphs/interchange/index.ts'
export type { AuthorSignature, PluginCheck, PluginVersion, Listing, VersionReport } from './catalogue/publishing/index.ts'
export { PLUGIN_ORIGINS, PLUGIN_STATUSES, PLUGIN_VERSION_STATUSES } from './catalogue/listing/index.ts'
export type {
  BlockFilter,
  BlockPin,
  BlockSuggestion,
  BlockOrderField,
  Catalogue,
  CataloguePlugin,
  PluginFilter,
  PluginOrderField,
  PluginVersionFilter,
  PluginVersionOrderField,
  PluginVersionStatus,
  ProviderFilter,
  ProviderOrderField,
} from './catalogue/listing/index.ts'
export { BLOCK_KINDS } from './blocks/index.ts'
export type { Block, Plugin, PluginReport } from './blocks/index.ts'
export type { BlockTestResult } from '@ashlar/sdk'
export type { Draft, Example, Workbench } from './catalogue/trial/index.ts'
export type { SourcePosition } from './blocks/index.ts'
export type { CloseOptions, OperatorChanges, Role, Runtime, RuntimeConfig } from './create-runtime.ts'
export { createRuntimeFakes } from './recording/index.ts'
export type { ExchangeRequest, GraphFakes, RecordedRun, RuntimeFakes, StoredExchange } from './recording/index.ts'
