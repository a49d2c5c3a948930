import { builder } from '../builder.ts'
import { EXPECTED, expected } from '../errors/index.ts'
import { parseGlobalId } from '../global-ids.ts'
import { ExecutionType } from './refs.ts'

const StartExecutionInput = builder.inputType('StartExecutionInput', {
  fields: (t) => ({
    graphId: t.id({ required: true }),
    version: t.int({ description: 'The active version unless given.' }),
    inputs: t.field({ type: 'JSON', description: 'Values by name; their shape is the `inputSchema` of the version.' }),
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
        inputs: input.inputs ?? {},
      }),
    ),
  }),
  cancelExecution: t.field({
    type: ExecutionType,
    errors: { types: EXPECTED },
    description: 'Ends a run for good.',
    args: { input: t.arg({ type: CancelExecutionInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) =>
      runtime.executions.cancel(user.id, parseGlobalId(input.executionId, 'Execution', 'executionId')),
    ),
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
