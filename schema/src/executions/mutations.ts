import { AshlarError } from '@ashlar/core'
import { z } from 'zod'
import { builder } from '../base/builder.ts'
import { EXPECTED_ERRORS, withExpectedErrors } from '../errors/index.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { ExecutionType } from '../refs/executions.ts'

const StartExecutionInput = builder.inputType('StartExecutionInput', {
  fields: (t) => ({
    graphId: t.id({ required: true }),
    version: t.int({ description: 'The number of the version. The default is the active version.' }),
    inputs: t.field({ type: 'JSON', description: 'Values by input name. They must match the `inputSchema` of the version.' }),
    priority: t.int({
      validate: z.int().min(-100).max(100),
      description: '-100 to 100. Waiting executions with a higher priority start first.',
    }),
    masks: t.field({ type: 'JSON', description: 'Inputs that override all other inputs of nodes: `{ node: { pin: value } }`.' }),
  }),
})

const RetryExecutionInput = builder.inputType('RetryExecutionInput', {
  fields: (t) => ({ executionId: t.id({ required: true }) }),
})

const ReplayExecutionInput = builder.inputType('ReplayExecutionInput', {
  fields: (t) => ({
    executionId: t.id({ required: true }),
    node: t.string({ required: true }),
    number: t.int({ defaultValue: 1, description: 'The number of the node execution.' }),
    inputs: t.field({ type: 'JSON', description: 'Inputs to use instead of the original ones, by pin.' }),
  }),
})

const CancelExecutionInput = builder.inputType('CancelExecutionInput', {
  fields: (t) => ({ executionId: t.id({ required: true }) }),
})

const RunBlockInput = builder.inputType('RunBlockInput', {
  fields: (t) => ({
    block: t.string({ required: true, description: 'Qualified name or UUID.' }),
    inputs: t.field({ type: 'JSON', description: 'Values by pin.' }),
  }),
})

builder.mutationFields((t) => ({
  startExecution: t.field({
    type: ExecutionType,
    errors: { types: EXPECTED_ERRORS },
    description: 'Starts an execution. Subscribe to `executionEvents` to follow it.',
    args: { input: t.arg({ type: StartExecutionInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.executions.start(user.id, {
        graphId: parseGlobalId(input.graphId, 'Graph', 'graphId'),
        version: input.version ?? undefined,
        masks: input.masks,
        priority: input.priority ?? undefined,
        inputs: input.inputs ?? {},
      }),
    ),
  }),
  retryExecution: t.field({
    type: ExecutionType,
    errors: { types: EXPECTED_ERRORS },
    description: 'Starts a new execution that continues a FAILED or CANCELLED one from its failed nodes.',
    args: { input: t.arg({ type: RetryExecutionInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.executions.retry(user.id, parseExecutionId(input)),
    ),
  }),
  replayExecution: t.field({
    type: ExecutionType,
    errors: { types: EXPECTED_ERRORS },
    description:
      'Starts a new execution from a given node execution. Earlier results are taken from the journal of the old execution.',
    args: { input: t.arg({ type: ReplayExecutionInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.executions.replay(user.id, {
        executionId: parseExecutionId(input),
        node: input.node,
        n: input.number ?? 1,
        inputs: parsePins(input.inputs),
      }),
    ),
  }),
  cancelExecution: t.field({
    type: ExecutionType,
    errors: { types: EXPECTED_ERRORS },
    description: 'Cancels an execution. This cannot be undone.',
    args: { input: t.arg({ type: CancelExecutionInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.executions.cancel(user.id, parseExecutionId(input)),
    ),
  }),
  runBlock: t.field({
    type: ExecutionType,
    errors: { types: EXPECTED_ERRORS },
    description: 'Runs one block once, as a separate execution.',
    args: { input: t.arg({ type: RunBlockInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.executions.runBlock(user.id, { block: input.block, inputs: input.inputs ?? {} }),
    ),
  }),
}))

function parseExecutionId({ executionId }: { executionId: string | number }): string {
  return parseGlobalId(executionId, 'Execution', 'executionId')
}

function parsePins(inputs: unknown): Record<string, unknown> | undefined {
  if (inputs === undefined || inputs === null) return undefined
  if (typeof inputs === 'object' && !Array.isArray(inputs)) return { ...inputs }
  throw new AshlarError('INPUTS_INVALID', '"inputs" must be an object of values by pin', { details: { path: ['inputs'] } })
}
