import { defineEntity, p } from '@mikro-orm/core'
import type { InputMasks, ExecutionStatus, Reason } from '../../engine/index.ts'

const ExecutionSchema = defineEntity({
  name: 'Execution',
  tableName: 'execution',
  properties: {
    id: p.uuid().primary(),
    ownerId: p.uuid(),
    versionId: p.uuid(),
    /** None for the single block of `runBlock`. */
    graphId: p.uuid().nullable(),
    status: p.string().$type<ExecutionStatus>(),
    inputs: p.json().$type<Record<string, unknown>>().columnType('json'),
    /** Inputs set for nodes, over everything else. */
    masks: p.json().$type<InputMasks>().columnType('json').nullable(),
    outputs: p.json().$type<Record<string, unknown[]>>().columnType('json'),
    failedNodes: p.json().$type<string[]>().columnType('json'),
    reason: p.json().$type<Reason>().columnType('json').nullable(),
    /** Raised whenever a worker takes the execution: a late worker's commits carry an old one and fail. */
    fence: p.integer(),
    /** Whom it continues or repeats: see `retryExecution`, `replayExecution`. */
    originId: p.uuid().nullable(),
    /** The execution whose node runs this one, and which run of which node. */
    parentId: p.uuid().nullable(),
    parentNode: p.text().nullable(),
    parentN: p.integer().nullable(),
    /** Executions above it. */
    depth: p.integer(),
    waitingSince: p.datetime().nullable(),
    createdAt: p.datetime(),
    startedAt: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
  },
})
export class Execution extends ExecutionSchema.class {}
ExecutionSchema.setClass(Execution)
