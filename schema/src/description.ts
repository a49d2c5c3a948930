/** The description of the schema, Markdown: the first page of the documentation in GraphiQL. */
export const DESCRIPTION = `Ashlar runs **graphs** of typed blocks. This API creates graphs, runs them, and streams the events of each run.

**Graphs**

A graph consists of nodes and links between their pins. Each save creates an immutable version.

- Read: \`graph\` \`graphs\` \`validateGraph\` \`graphWarnings\` \`graphConversions\` \`diffGraphVersions\`
- Change: \`createGraph\` \`updateGraph\` \`saveGraphVersion\` \`activateGraphVersion\` \`forkGraph\` \`upgradeGraph\` \`transferGraph\`
  \`deleteGraphs\` \`importGraph\` \`exportGraph\`

**Executions**

An execution is one durable run of a graph version. Its events are numbered and recorded. A subscription resumes after
the \`id\` of the last event that the client received.

- Read: \`execution\` \`executions\` \`nodeExecution\` \`diffExecutions\`
- Change: \`startExecution\` \`runGraph\` \`runBlock\` \`cancelExecution\` \`retryExecution\` \`replayExecution\` \`cancelExecutions\`
  \`retryExecutions\`
- Follow: \`executionEvents\` \`executionsChanged\`

**Catalogue**

Plugins provide blocks. A block declares its input and output pins and its capabilities.

- Read: \`block\` \`blocks\` \`searchBlocks\` \`suggestBlocks\` \`plugin\` \`plugins\`
- Change: \`publishPlugin\` \`installPlugin\` \`setPluginVersion\` \`uninstallPlugin\` \`scanPlugins\`
- Develop: \`inspectDevPlugin\` \`setDevPlugin\` \`renewDevPlugin\` \`removeDevPlugin\`
- Follow: \`blocksChanged\`

**Credentials**

A provider is an external service. A credential stores a user's secret for it. Blocks use credentials, but they never
see the secret.

- Read: \`provider\` \`providers\` \`credentials\`
- Change: \`addCredential\` \`startAuthorization\` \`updateCredential\` \`deleteCredential\`

**Accounts**

- Read: \`viewer\` \`account\`
- Change: \`createOrganization\` \`inviteMember\` \`revokeInvitation\` \`acceptInvitation\` \`updateMember\` \`removeMember\`
- Change: \`createApiKey\` \`revokeApiKey\` \`endBrowserSession\` \`endOtherBrowserSessions\`

**Sandbox**

Every block runs in an isolate of a sandbox process, without network, files or environment variables.

- Read: \`sandbox\`

**Conventions**

- A mutation takes one \`input\` and returns a payload: the changed object, its \`edge\` where lists of it exist, and
  \`errors\`, which is empty on success. The \`path\` of an error starts with \`input\`.
- \`node\` and \`nodes\` load every object that implements \`Node\` by its \`id\`.
- A list is a connection. Its arguments are \`first\` (20 unless given, at most 100), \`after\`, \`filter\` and \`orderBy\`.
- \`extensions.cost\` of each answer contains the cost of the operation and the limit.`
