// The operations that commands send. A test validates each against the schema.

const ERROR = `... on Error { code message path } ... on InvalidInputError { faults { path message } }`
const GRAPH = `id name description activeVersion { number document inputSchema }`
const SAVED_GRAPH = `${GRAPH} activeVersion { warnings { path message } }`

export const LIST_GRAPHS = `query ListGraphs($first: Int!, $after: String) {
  graphs(first: $first, after: $after) { edges { node { ${GRAPH} } } pageInfo { hasNextPage endCursor } }
}`

export const CREATE_GRAPH = `mutation CreateGraph($input: CreateGraphInput!) {
  createGraph(input: $input) { ... on Graph { ${SAVED_GRAPH} } ${ERROR} }
}`

export const SAVE_GRAPH_VERSION = `mutation SaveGraphVersion($input: SaveGraphVersionInput!) {
  saveGraphVersion(input: $input) { ... on Graph { ${SAVED_GRAPH} } ${ERROR} }
}`

export const GRAPH_COMPATIBILITY = `query GraphCompatibility($id: ID!) {
  graph(id: $id) {
    activeVersion { compatibility { status } warnings { path message } }
    versions(first: 1) { edges { node { number } } }
  }
}`

export const SCAN_PLUGINS = `mutation ScanPlugins {
  scanPlugins { ... on PluginScan { complete failedPlugins { packageName error { code message } } } ${ERROR} }
}`

export const START_EXECUTION = `mutation StartExecution($input: StartExecutionInput!) {
  startExecution(input: $input) { ... on Execution { id } ${ERROR} }
}`

export const CANCEL_EXECUTION = `mutation CancelExecution($input: CancelExecutionInput!) {
  cancelExecution(input: $input) { ... on Execution { id } ${ERROR} }
}`

export const SET_DEV_PLUGIN = `mutation SetDevPlugin($input: SetDevPluginInput!) {
  setDevPlugin(input: $input) { ... on Plugin { packageName digest } ${ERROR} }
}`

export const RENEW_DEV_PLUGIN = `mutation RenewDevPlugin($input: DevPluginInput!) {
  renewDevPlugin(input: $input) { ... on Plugin { packageName } ${ERROR} }
}`

export const REMOVE_DEV_PLUGIN = `mutation RemoveDevPlugin($input: DevPluginInput!) {
  removeDevPlugin(input: $input) { ... on RemovedDevPlugin { packageName } ${ERROR} }
}`

export const INSPECT_DEV_PLUGIN = `mutation InspectDevPlugin($input: DevPluginInput!) {
  inspectDevPlugin(input: $input) { ... on DevPluginInspector { webSocketPath } ${ERROR} }
}`

export const PUBLISH_PLUGIN = `mutation PublishPlugin($input: PublishPluginInput!) {
  publishPlugin(input: $input) {
    ... on PluginVersion {
      packageName version status digest tarballDigest signature { keyId }
      report {
        checks { name ok message position } tests { total blocksWithout } bundleBytes licence
        capabilities { kind detail }
      }
    }
    ${ERROR}
  }
}`

export const EXECUTION_EVENTS = `subscription ExecutionEvents($executionId: ID!, $after: Int!) {
  executionEvents(executionId: $executionId, after: $after) {
    seq at __typename
    ... on NodeStarted { node number attempt }
    ... on NodeOutput { node number pin }
    ... on NodeLog { node number level text }
    ... on NodeFinished { node number attempt error { code message position { file line column } } retryInMs }
    ... on NodeProgress { node number fraction note }
    ... on NodeWaiting { node number until }
    ... on NodeResumed { node number }
    ... on NodeRetried { node number attempt }
    ... on ExecutionFinished { status outputs failedNodes reason { code message node } }
  }
}`

const CREDENTIAL = `id name providerName kind hosts status lastUsedAt`

export const LIST_PROVIDERS = `query ListProviders($first: Int!, $after: String) {
  providers(first: $first, after: $after) { edges { node { name credentialKinds } } pageInfo { hasNextPage endCursor } }
}`

export const LIST_CREDENTIALS = `query ListCredentials($first: Int!, $after: String) {
  viewer {
    credentials(first: $first, after: $after) { edges { node { ${CREDENTIAL} } } pageInfo { hasNextPage endCursor } }
  }
}`

export const ADD_CREDENTIAL = `mutation AddCredential($input: AddCredentialInput!) {
  addCredential(input: $input) { ... on Credential { ${CREDENTIAL} } ${ERROR} }
}`

export const DELETE_CREDENTIAL = `mutation DeleteCredential($input: DeleteCredentialInput!) {
  deleteCredential(input: $input) { ... on Credential { id } ${ERROR} }
}`

export const START_AUTHORIZATION = `mutation StartAuthorization($input: StartAuthorizationInput!) {
  startAuthorization(input: $input) { ... on Authorization { url expiresAt } ${ERROR} }
}`
