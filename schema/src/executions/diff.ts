import type { ExecutionDiff, NodeDifference, ValueDifference } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { ExecutionStatusType } from '../refs/executions.ts'
import { NodeExecutionStatusType } from './node-execution.ts'

const ValueDifferenceType = builder.objectRef<ValueDifference>('ValueDifference').implement({
  description: 'A value that differs between two executions.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the output of the graph, or the pin.' }),
    a: t.expose('a', { type: 'JSON', nullable: true, description: 'The value in `a`. Null if there is none or it is left out.' }),
    b: t.expose('b', { type: 'JSON', nullable: true, description: 'The value in `b`. Null if there is none or it is left out.' }),
    isTruncated: t.exposeBoolean('isTruncated', {
      description: 'Whether a value is left out because its JSON has more than 64 Ki characters.',
    }),
  }),
})

const NodeDifferenceType = builder.objectRef<NodeDifference>('NodeDifference').implement({
  description: 'A node execution that differs between two executions.',
  fields: (t) => ({
    nodeId: t.exposeString('nodeId', { description: 'The node in the graph.' }),
    tag: t.exposeString('tag', {
      description: 'Its iteration in `a`, as `NodeExecution.tag`. That in `b` if it exists only there.',
    }),
    number: t.exposeInt('number', {
      description: 'Its number in `a`: 1, 2, 3 … within the node. That in `b` if it exists only there.',
    }),
    statusA: t.field({
      type: NodeExecutionStatusType,
      nullable: true,
      description: 'Its state in `a`. Null if it does not exist there.',
      resolve: ({ statusA }) => statusA,
    }),
    statusB: t.field({
      type: NodeExecutionStatusType,
      nullable: true,
      description: 'Its state in `b`. Null if it does not exist there.',
      resolve: ({ statusB }) => statusB,
    }),
    inputs: t.field({
      type: [ValueDifferenceType],
      description: 'The inputs that differ.',
      resolve: ({ inputs }) => inputs,
    }),
    outputs: t.field({
      type: [ValueDifferenceType],
      description: 'The output pins that differ. Each value is the list of the values that the pin delivered.',
      resolve: ({ outputs }) => outputs,
    }),
  }),
})

const ExecutionDiffType = builder.objectRef<ExecutionDiff>('ExecutionDiff').implement({
  description: 'What differs between two executions.',
  fields: (t) => ({
    statusA: t.expose('statusA', { type: ExecutionStatusType, description: 'The state of `a`.' }),
    statusB: t.expose('statusB', { type: ExecutionStatusType, description: 'The state of `b`.' }),
    outputs: t.field({
      type: [ValueDifferenceType],
      description: 'The outputs of the graph that differ. Each value is the list of the values that reached the output.',
      resolve: ({ outputs }) => outputs,
    }),
    nodes: t.field({
      type: [NodeDifferenceType],
      description: 'The node executions that differ, at most 1000, in the order of the graph.',
      resolve: ({ nodes }) => nodes,
    }),
    hasMore: t.exposeBoolean('hasMore', { description: 'Whether further node executions differ.' }),
  }),
})

builder.queryField('diffExecutions', (t) =>
  t.field({
    scope: 'READ_EXECUTIONS',
    type: ExecutionDiffType,
    nullable: true,
    description:
      'Compares two executions: their states and outputs, and their node executions by node and number, or by iteration in loops.',
    args: {
      a: t.arg.id({ required: true, description: 'Global id of the first execution.' }),
      b: t.arg.id({ required: true, description: 'Global id of the second execution.' }),
    },
    resolve: (_root, { a, b }, { api }) =>
      api.executions.diff(parseGlobalId(a, 'Execution', 'a'), parseGlobalId(b, 'Execution', 'b')),
  }),
)
