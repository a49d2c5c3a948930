// Generated from the schema by generated.test.ts.

/** The object types of each interface and union: `possibleTypes` of Apollo's `InMemoryCache`. */
export const possibleTypes: Record<string, string[]> = {
  Error: ['ConflictError', 'ForbiddenError', 'InvalidInputError', 'NotFoundError'],
  ExecutionEvent: [
    'EffectStarted',
    'ExecutionFinished',
    'ExecutionStarted',
    'GraphOutput',
    'NodeFinished',
    'NodeLog',
    'NodeOutput',
    'NodeOverridden',
    'NodeProgress',
    'NodeResumed',
    'NodeRetried',
    'NodeStarted',
    'NodeWaiting',
    'ReaderBehind',
  ],
  Node: ['Block', 'Credential', 'Execution', 'Graph', 'GraphVersion', 'Plugin', 'PluginVersion', 'Provider', 'User'],
  NodeEvent: [
    'EffectStarted',
    'NodeFinished',
    'NodeLog',
    'NodeOutput',
    'NodeOverridden',
    'NodeProgress',
    'NodeResumed',
    'NodeRetried',
    'NodeStarted',
    'NodeWaiting',
  ],
}
