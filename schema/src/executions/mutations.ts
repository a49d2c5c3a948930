import type { InputShapeFromFields } from '@pothos/core'
import { AshlarError, type ExecutionSummary, type StartRequest } from '@ashlar/core'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { defineMutation, repeatObject, type InputBuilder, type PayloadBuilder } from '../base/mutation.ts'
import { ExecutionList, ExecutionType } from '../refs/executions.ts'

const EXECUTION_ID = { required: true, description: 'Global id of the execution.' } as const

const executionFields = (t: PayloadBuilder<{ execution: ExecutionSummary }>) => ({
  execution: t.field({
    type: ExecutionType,
    nullable: true,
    description: 'The execution.',
    resolve: ({ execution }) => execution,
  }),
  executionEdge: t.field({
    type: ExecutionList.Edge,
    nullable: true,
    description: 'The edge of the execution, for lists of executions.',
    resolve: ({ execution }) => execution && ExecutionList.toEdge(execution),
  }),
})

const executionRepetition = repeatObject(
  'execution',
  ({ id }: ExecutionSummary) => id,
  (api, ids) => api.executions.find(ids),
)

const startFields = (t: InputBuilder) => ({
  graphId: t.id({ required: true, description: 'Global id of the graph.' }),
  version: t.int({ description: 'The number of the version. The default is the active version.' }),
  inputs: t.field({ type: 'JSON', description: 'Values by input name. They must match the `inputSchema` of the version.' }),
  idempotencyKey: t.string({
    description:
      'Any text of 1 to 255 characters. Other users may use the same key. A second start with the same key and input within 24 hours returns the first execution. With another input it fails with CONFLICT.',
  }),
  priority: t.int({ description: '-100 to 100. Waiting executions with a higher priority start first. The default is 0.' }),
  recordHttp: t.boolean({
    defaultValue: false,
    description: 'Whether the HTTP exchanges of its blocks are recorded, for tests of the graph: see `Execution.httpExchanges`.',
  }),
  masks: t.field({
    type: 'JSON',
    description: 'Inputs that override all other inputs of nodes: `{ nodeId: { pin: value } }`.',
  }),
})

function toStartRequest(input: InputShapeFromFields<ReturnType<typeof startFields>>): StartRequest {
  return {
    graphId: parseGlobalId(input.graphId, 'Graph', 'graphId'),
    version: input.version ?? undefined,
    masks: input.masks,
    recordHttp: input.recordHttp ?? false,
    priority: input.priority ?? undefined,
    inputs: input.inputs ?? {},
    idempotencyKey: input.idempotencyKey ?? undefined,
  }
}

defineMutation('startExecution', {
  scope: 'EXECUTE',
  description: 'Starts an execution. Subscribe to `executionEvents` to follow it.',
  input: startFields,
  payload: executionFields,
  resolve: async (input, { api }) => ({ execution: await api.executions.start(toStartRequest(input)) }),
})

const MAX_WAIT_SECONDS = 60

defineMutation('runGraph', {
  scope: 'EXECUTE',
  description:
    'Starts an execution and waits until it has finished. Returns the execution in its current state if the wait ends first. The execution continues.',
  input: (t) => ({
    ...startFields(t),
    waitSeconds: t.float({
      defaultValue: 20,
      description: `The longest wait, 0 to ${MAX_WAIT_SECONDS} seconds.`,
    }),
  }),
  payload: executionFields,
  resolve: async (input, { api }) => {
    const seconds = input.waitSeconds ?? 20
    if (!(seconds >= 0 && seconds <= MAX_WAIT_SECONDS)) throw invalidWait(seconds)
    return { execution: await api.executions.run(toStartRequest(input), seconds * 1000) }
  },
})

function invalidWait(seconds: number): AshlarError {
  const message = `waitSeconds must be 0 to ${MAX_WAIT_SECONDS}, got ${seconds}; to wait longer, subscribe to executionEvents`
  return new AshlarError('BAD_INPUT', message, { details: { path: ['waitSeconds'] } })
}

defineMutation('retryExecution', {
  scope: 'EXECUTE',
  description: 'Starts a new execution that continues a FAILED or CANCELLED one from its failed nodes.',
  input: (t) => ({ executionId: t.id(EXECUTION_ID) }),
  repetition: executionRepetition,
  payload: executionFields,
  resolve: async (input, { api }) => ({ execution: await api.executions.retry(parseExecutionId(input)) }),
})

defineMutation('replayExecution', {
  scope: 'EXECUTE',
  description:
    'Starts a new execution from a given node execution, or repeats one iteration of its loop. Other results are taken from the journal of the old execution.',
  input: (t) => ({
    executionId: t.id(EXECUTION_ID),
    nodeId: t.string({ required: true, description: 'The node in the graph.' }),
    number: t.int({ defaultValue: 1, description: 'The number of the node execution.' }),
    inputs: t.field({ type: 'JSON', description: 'Inputs to use instead of the original ones, by pin.' }),
    iteration: t.int({
      description:
        'The iteration of the loop of this node execution to repeat: 0, 1, 2 … Only this iteration and what follows from it run again.',
    }),
  }),
  repetition: executionRepetition,
  payload: executionFields,
  resolve: async (input, { api }) => ({
    execution: await api.executions.replay({
      executionId: parseExecutionId(input),
      node: input.nodeId,
      n: input.number ?? 1,
      inputs: parsePins(input.inputs),
      iteration: input.iteration ?? undefined,
    }),
  }),
})

defineMutation('cancelExecution', {
  scope: 'EXECUTE',
  description: 'Cancels an execution. This cannot be undone.',
  input: (t) => ({ executionId: t.id(EXECUTION_ID) }),
  payload: executionFields,
  resolve: async (input, { api }) => ({ execution: await api.executions.cancel(parseExecutionId(input)) }),
})

defineMutation('runBlock', {
  scope: 'EXECUTE',
  description: 'Runs one block once, as a separate execution.',
  input: (t) => ({
    block: t.string({ required: true, description: 'Qualified name or UUID.' }),
    inputs: t.field({ type: 'JSON', description: 'Values by pin.' }),
    accountId: t.id(describeAccountId('The account that owns the execution.')),
  }),
  repetition: executionRepetition,
  payload: executionFields,
  resolve: async ({ block, inputs, accountId }, { api }) => ({
    execution: await api.executions.runBlock({ block, inputs: inputs ?? {}, accountId: parseAccountId(accountId) }),
  }),
})

function parseExecutionId({ executionId }: { executionId: string | number }): string {
  return parseGlobalId(executionId, 'Execution', 'executionId')
}

function parsePins(inputs: unknown): Record<string, unknown> | undefined {
  if (inputs === undefined || inputs === null) return undefined
  if (typeof inputs === 'object' && !Array.isArray(inputs)) return { ...inputs }
  throw new AshlarError('INPUTS_INVALID', '"inputs" must be an object of values by pin', { details: { path: ['inputs'] } })
}
