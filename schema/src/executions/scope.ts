import {
  type AshlarError,
  formatNodeExecutionKey,
  type Page,
  type ScopeProgress,
  type ScopeRequest,
  type ScopeView,
  toScopePosition,
} from '@ashlar/core'
import { builder } from '../base/builder.ts'
import type { SchemaContext } from '../base/context.ts'
import { defineList } from '../base/list.ts'
import { NodeExecutionType } from './node-execution.ts'

const ScopeKindType = builder.enumType('ExecutionScopeKind', {
  description: 'What repeats.',
  values: {
    LOOP: { description: 'Each value of an output pin that is `many` is an iteration.' },
    TOOLS: { description: 'Each tool call of a block is an iteration.' },
    CYCLE: { description: 'Each turn of a cycle of links is an iteration.' },
  } satisfies Record<ScopeView['kind'], object>,
})

const ScopeProgressType = builder.objectRef<ScopeProgress>('ExecutionScopeProgress').implement({
  description: 'The progress of a loop or a cycle, in iterations.',
  fields: (t) => ({
    iterations: t.exposeInt('iterations', { description: 'All iterations so far.' }),
    alive: t.exposeInt('alive', { description: 'The iterations in which a node execution has not ended.' }),
    done: t.exposeInt('done', { description: 'The iterations in which all node executions have ended.' }),
    dropped: t.exposeInt('dropped', {
      nullable: true,
      description:
        'The iterations that have ended without a value for a collect node. Until the end of the loop, the number may be too small. Null if no collect node gathers the iterations.',
    }),
    failed: t.exposeInt('failed', {
      description: 'The iterations in which a node execution has failed, also if the failure was handled.',
    }),
  }),
})

const ScopeType = builder.objectRef<ScopeView>('ExecutionScope').implement({
  description: 'A loop or a cycle of an execution, with the progress of its iterations.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: '1, 2, 3 … within the execution, in the order of their start.' }),
    kind: t.expose('kind', { type: ScopeKindType, description: 'What repeats.' }),
    nodeId: t.string({
      nullable: true,
      description: 'The node that produces the iterations. Null for a cycle.',
      resolve: ({ producer }) => producer?.nodeId,
    }),
    producer: t.field({
      type: NodeExecutionType,
      nullable: true,
      description: 'The node execution that produces the iterations. Null for a cycle.',
      resolve: ({ executionId, producer }) => producer && formatNodeExecutionKey({ executionId, ...producer }),
    }),
    cycleNodeIds: t.exposeStringList('cycleNodeIds', { description: 'The nodes of a cycle. Empty for a loop.' }),
    tag: t.exposeString('tag', {
      description: 'The iteration that contains it, as `NodeExecution.tag`. Empty outside of other loops.',
    }),
    progress: t.expose('progress', { type: ScopeProgressType, description: 'The progress of its iterations.' }),
    ended: t.exposeBoolean('hasEnded', {
      description:
        'Whether its producer has ended and no node execution in it is queued, running, asleep or waiting for a retry.',
    }),
    failure: t.exposeString('failure', {
      nullable: true,
      description: 'For people: why its producer has failed. Null if it has not.',
    }),
  }),
})

export const ScopeList = defineList<ScopeView>()({
  type: ScopeType,
  name: 'ExecutionScope',
  plural: 'scopes',
  filter: (t) => ({
    nodeId: t.string({ description: 'The node that produces the iterations, or a node of the cycle.' }),
    tag: t.string({ description: 'The `tag` of an iteration: scopes in it, and in the loops inside of it.' }),
    ended: t.boolean({ description: 'Whether it has ended.' }),
  }),
  orderFields: { STARTED: 'The order of their start.' },
  defaultOrder: { field: 'STARTED', direction: 'ASC' },
  locate: toScopePosition,
})

interface Filter {
  nodeId?: string | undefined
  tag?: string | undefined
  ended?: boolean | undefined
}

/** Reads one page of the loops and cycles of each execution. */
export function loadScopes(
  executionIds: readonly string[],
  { filter: { ended, ...filter }, ...request }: Omit<ScopeRequest, 'filter'> & { filter: Filter },
  { api }: SchemaContext,
): Promise<Map<string, Page<ScopeView> | AshlarError>> {
  return api.executions.scopePages(executionIds, { ...request, filter: { ...filter, hasEnded: ended } })
}
