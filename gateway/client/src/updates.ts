// Generated from the schema by generated.test.ts.

import { updateLists, type Update } from './update-lists.ts'

/** Loads lists again after a mutation that changed them: `updates` of urql's `cacheExchange`. */
export const updates: { Mutation: Record<string, Update> } = {
  Mutation: {
    acceptInvitation: updateLists(),
    activateGraphVersion: updateLists('graphs'),
    addCredential: updateLists('credentials'),
    cancelExecution: updateLists('executions'),
    cancelExecutions: updateLists('executions'),
    createApiKey: updateLists(),
    createGraph: updateLists('graphs'),
    createOrganization: updateLists(),
    deleteCredential: updateLists('credentials'),
    deleteGraphs: updateLists('graphs'),
    forkGraph: updateLists('graphs'),
    importGraph: updateLists('graphs'),
    installPlugin: updateLists('plugins'),
    publishPlugin: updateLists(),
    renewDevPlugin: updateLists('plugins'),
    replayExecution: updateLists('executions'),
    retryExecution: updateLists('executions'),
    retryExecutions: updateLists('executions'),
    runBlock: updateLists('executions'),
    runGraph: updateLists('executions'),
    saveGraphVersion: updateLists('graphs'),
    setDevPlugin: updateLists('plugins'),
    setPluginVersion: updateLists('plugins'),
    startExecution: updateLists('executions'),
    transferGraph: updateLists('graphs'),
    uninstallPlugin: updateLists('plugins'),
    updateCredential: updateLists('credentials'),
    updateGraph: updateLists('graphs'),
    updateMember: updateLists(),
    upgradeGraph: updateLists('graphs'),
  },
}
