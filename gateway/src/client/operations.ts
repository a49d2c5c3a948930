// The operations that commands send. A test validates each against the schema.

const ERRORS = `errors { code message path ... on InvalidInputError { position } }`
const GRAPH = `id name description labels activeVersion { number document { json } inputSchema }`
const SAVED_GRAPH = `${GRAPH} activeVersion { warnings { path message } }`

export const LIST_GRAPHS = `query ListGraphs($first: Int!, $after: String) {
  graphs(first: $first, after: $after) { edges { node { ${GRAPH} } } pageInfo { hasNextPage endCursor } }
}`

export const CREATE_GRAPH = `mutation CreateGraph($input: CreateGraphInput!) {
  createGraph(input: $input) { graph { ${SAVED_GRAPH} } ${ERRORS} }
}`

export const IMPORT_GRAPH = `mutation ImportGraph($input: ImportGraphInput!) {
  importGraph(input: $input) {
    graph { ${SAVED_GRAPH} }
    report {
      format providerNames missingBlocks { block name reason count }
      graphs {
        sourceId graph { id name } changes { kind path message providerName }
        nodes { sourceId nodeId sourceBlock block status changes { kind path message providerName } }
      }
    }
    ${ERRORS}
  }
}`

export const EXPORT_GRAPH = `mutation ExportGraph($input: ExportGraphInput!) {
  exportGraph(input: $input) { text changes { kind path message providerName } ${ERRORS} }
}`

export const SAVE_GRAPH_VERSION = `mutation SaveGraphVersion($input: SaveGraphVersionInput!) {
  saveGraphVersion(input: $input) { graph { ${SAVED_GRAPH} } ${ERRORS} }
}`

export const GRAPH_COMPATIBILITY = `query GraphCompatibility($id: ID!) {
  graph(id: $id) {
    activeVersion { compatibility { status } warnings { path message } }
    versions(first: 1) { edges { node { number } } }
  }
}`

export const SCAN_PLUGINS = `mutation ScanPlugins {
  scanPlugins { scan { complete failedPlugins { packageName error { code message } } } ${ERRORS} }
}`

export const START_EXECUTION = `mutation StartExecution($input: StartExecutionInput!) {
  startExecution(input: $input) { execution { id } ${ERRORS} }
}`

export const CANCEL_EXECUTION = `mutation CancelExecution($input: CancelExecutionInput!) {
  cancelExecution(input: $input) { execution { id } ${ERRORS} }
}`

export const SET_DEV_PLUGIN = `mutation SetDevPlugin($input: SetDevPluginInput!) {
  setDevPlugin(input: $input) { plugin { packageName digest } ${ERRORS} }
}`

export const RENEW_DEV_PLUGIN = `mutation RenewDevPlugin($input: RenewDevPluginInput!) {
  renewDevPlugin(input: $input) { plugin { packageName } ${ERRORS} }
}`

export const REMOVE_DEV_PLUGIN = `mutation RemoveDevPlugin($input: RemoveDevPluginInput!) {
  removeDevPlugin(input: $input) { removedPackageName ${ERRORS} }
}`

export const INSPECT_DEV_PLUGIN = `mutation InspectDevPlugin($input: InspectDevPluginInput!) {
  inspectDevPlugin(input: $input) { inspector { webSocketPath } ${ERRORS} }
}`

export const PUBLISH_PLUGIN = `mutation PublishPlugin($input: PublishPluginInput!) {
  publishPlugin(input: $input) {
    pluginVersion {
      packageName version status digest tarballDigest signature { keyId }
      report {
        checks { name ok message position } tests { total blocksWithout } bundleBytes licence
        capabilities { kind detail }
      }
    }
    ${ERRORS}
  }
}`

export const INSTALL_PLUGIN = `mutation InstallPlugin($input: InstallPluginInput!) {
  installPlugin(input: $input) { plugin { packageName installedVersion account { id name } } ${ERRORS} }
}`

export const UNINSTALL_PLUGIN = `mutation UninstallPlugin($input: UninstallPluginInput!) {
  uninstallPlugin(input: $input) { plugin { packageName } ${ERRORS} }
}`

export const EXECUTION_EVENTS = `subscription ExecutionEvents($executionId: ID!, $after: ID) {
  executionEvents(executionId: $executionId, after: $after) {
    id seq at __typename
    ... on NodeStarted { nodeId number attempt }
    ... on NodeOutput { nodeId number pin }
    ... on NodeLog { nodeId number level text }
    ... on NodeFinished { nodeId number attempt error { code message position { file line column } } retryInMs }
    ... on NodeProgress { nodeId number fraction note }
    ... on NodeWaiting { nodeId number until }
    ... on NodeResumed { nodeId number }
    ... on NodeRetried { nodeId number attempt }
    ... on ExecutionFinished { status outputs failedNodes reason { code message nodeId } }
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
  addCredential(input: $input) { credential { ${CREDENTIAL} } ${ERRORS} }
}`

export const DELETE_CREDENTIAL = `mutation DeleteCredential($input: DeleteCredentialInput!) {
  deleteCredential(input: $input) { credential { id } ${ERRORS} }
}`

export const START_AUTHORIZATION = `mutation StartAuthorization($input: StartAuthorizationInput!) {
  startAuthorization(input: $input) { authorization { url expiresAt } ${ERRORS} }
}`

const PAGE_INFO = 'pageInfo { hasNextPage endCursor }'

export const READ_EXECUTION = `query ReadExecution($id: ID!) {
  execution(id: $id) {
    status startedAt inputs outputs failedNodes reason { code message nodeId } graph { id name description labels }
    version { number document { json } }
  }
}`

export const LIST_NODE_EXECUTIONS = `query ListNodeExecutions($id: ID!, $first: Int!, $after: String) {
  execution(id: $id) {
    nodeExecutions(first: $first, after: $after) {
      edges { node { nodeId number status inputs outputs { pin value } outputCount error { code message } } } ${PAGE_INFO}
    }
  }
}`

export const LIST_CHILD_EXECUTIONS = `query ListChildExecutions($id: ID!, $first: Int!, $after: String) {
  executions(filter: { parentId: $id }, orderBy: { field: CREATED_AT, direction: ASC }, first: $first, after: $after) {
    edges { node { id } } ${PAGE_INFO}
  }
}`

export const LIST_HTTP_EXCHANGES = `query ListHttpExchanges($id: ID!, $first: Int!, $after: String) {
  execution(id: $id) {
    httpExchanges(first: $first, after: $after) {
      edges { node { nodeId method url credential failure response { status headers { name value } base64 cut } } } ${PAGE_INFO}
    }
  }
}`

export const READ_BLOCK = `query ReadBlock($name: String!) {
  block(name: $name) { kind capabilities { kind } inputs { name secret } }
}`
