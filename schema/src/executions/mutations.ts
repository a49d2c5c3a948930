import { AshlarError } from '@ashlar/core'
import { z } from 'zod'
import { builder } from '../base/builder.ts'
import { EXPECTED, expected } from '../errors/index.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { ExecutionType } from '../refs/executions.ts'

const StartExecutionInput = builder.inputType('StartExecutionInput', {
  fields: (t) => ({
    graphId: t.id({ required: true }),
    version: t.int({ description: 'The active version unless given.' }),
    inputs: t.field({ type: 'JSON', description: 'Values by name; their shape is the `inputSchema` of the version.' }),
    priority: t.int({ validate: z.int().min(-100).max(100), description: 'Higher goes first among what waits, -100 to 100.' }),
    masks: t.field({ type: 'JSON', description: 'Inputs set for nodes, over everything else: `{ node: { pin: value } }`.' }),
  }),
})

const RetryExecutionInput = builder.inputType('RetryExecutionInput', {
  fields: (t) => ({ executionId: t.id({ required: true }) }),
})

const ReplayExecutionInput = builder.inputType('ReplayExecutionInput', {
  fields: (t) => ({
    executionId: t.id({ required: true }),
    node: t.string({ required: true }),
    number: t.int({ defaultValue: 1, description: 'Which run of the node.' }),
    inputs: t.field({ type: 'JSON', description: 'Run on these inputs instead, by pin.' }),
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
    errors: { types: EXPECTED },
    description: 'Starts a run; follow it with the subscription `executionEvents`.',
    args: { input: t.arg({ type: StartExecutionInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) =>
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
    errors: { types: EXPECTED },
    description: 'Continues a FAILED or CANCELLED execution from its failed nodes, as a new execution.',
    args: { input: t.arg({ type: RetryExecutionInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) => runtime.executions.retry(user.id, executionIdOf(input))),
  }),
  replayExecution: t.field({
    type: ExecutionType,
    errors: { types: EXPECTED },
    description: 'A new execution from a given run of a node on; everything before it comes from the journal of the old one.',
    args: { input: t.arg({ type: ReplayExecutionInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) =>
      runtime.executions.replay(user.id, {
        executionId: executionIdOf(input),
        node: input.node,
        n: input.number ?? 1,
        inputs: parsePins(input.inputs),
      }),
    ),
  }),
  cancelExecution: t.field({
    type: ExecutionType,
    errors: { types: EXPECTED },
    description: 'Ends a run for good.',
    args: { input: t.arg({ type: CancelExecutionInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) => runtime.executions.cancel(user.id, executionIdOf(input))),
  }),
  runBlock: t.field({
    type: ExecutionType,
    errors: { types: EXPECTED },
    description: 'Runs one block once, as an execution of its own.',
    args: { input: t.arg({ type: RunBlockInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) =>
      runtime.executions.runBlock(user.id, { block: input.block, inputs: input.inputs ?? {} }),
    ),
  }),
}))

function executionIdOf({ executionId }: { executionId: string | number }): string {
  return parseGlobalId(executionId, 'Execution', 'executionId')
}

function parsePins(inputs: unknown): Record<string, unknown> | undefined {
  if (inputs === undefined || inputs === null) return undefined
  if (typeof inputs === 'object' && !Array.isArray(inputs)) return { ...inputs }
  throw new AshlarError('INPUTS_INVALID', 'inputs must be values by pin', { details: { path: ['inputs'] } })
}
