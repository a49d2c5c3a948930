import { defineEntity, p } from '@mikro-orm/core'
import type { InputMasks, ExecutionStatus, Reason } from '../../engine/index.ts'

const ExecutionSchema = defineEntity({
  name: 'Execution',
  tableName: 'execution',
  properties: {
    id: p.uuid().primary(),
    ownerId: p.uuid(),
    versionId: p.uuid(),
    /** Null for the single block of `runBlock`. */
    graphId: p.uuid().nullable(),
    status: p.string().$type<ExecutionStatus>(),
    inputs: p.json().$type<Record<string, unknown>>().columnType('json'),
    /** Inputs of nodes that override all other inputs. */
    masks: p.json().$type<InputMasks>().columnType('json').nullable(),
    outputs: p.json().$type<Record<string, unknown[]>>().columnType('json'),
    failedNodes: p.json().$type<string[]>().columnType('json'),
    reason: p.json().$type<Reason>().columnType('json').nullable(),
    /** Incremented whenever a worker takes the execution. Commits of a late worker carry an older number and fail. */
    fence: p.integer(),
    /** The execution that this one continues or repeats: see `retryExecution`, `replayExecution`. */
    originId: p.uuid().nullable(),
    /** The execution whose node runs this one, and the node execution. */
    parentId: p.uuid().nullable(),
    parentNode: p.text().nullable(),
    parentN: p.integer().nullable(),
    /** The number of its ancestors. */
    depth: p.integer(),
    /** Whether its HTTP exchanges are recorded. */
    recordsHttp: p.boolean(),
    waitingSince: p.datetime().nullable(),
    createdAt: p.datetime(),
    startedAt: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
  },
})
export class Execution extends ExecutionSchema.class {}
ExecutionSchema.setClass(Execution)
