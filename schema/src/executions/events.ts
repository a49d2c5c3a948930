import { AshlarError, type FollowedEvent, type NodeFailure } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { parseFirst, type ConnectionArgs } from '../base/connections.ts'
import type { SchemaContext } from '../base/context.ts'
import { ExecutionStatusType, ReasonType } from '../refs/executions.ts'
import { POSITION, SourcePositionType, STACK } from './source-position.ts'

type EventOf<Type extends FollowedEvent['type']> = Extract<FollowedEvent, { type: Type }>

export const EventInterface = builder.interfaceRef<FollowedEvent>('ExecutionEvent').implement({
  description: 'An entry in the journal of an execution.',
  resolveType: ({ type }) => type,
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: '1, 2, 3 … within the execution.' }),
    at: t.field({ type: 'DateTime', resolve: ({ at }) => new Date(at) }),
  }),
})

const NUMBER = { description: 'The number of the node execution: 1, 2, 3 … within the node.' }

builder.objectType(builder.objectRef<EventOf<'ExecutionStarted'>>('ExecutionStarted'), {
  interfaces: [EventInterface],
  fields: (t) => ({ inputs: t.expose('inputs', { type: 'JSON' }) }),
})
builder.objectType(builder.objectRef<EventOf<'NodeStarted'>>('NodeStarted'), {
  interfaces: [EventInterface],
  fields: (t) => ({ node: t.exposeString('node'), number: t.exposeInt('n', NUMBER), attempt: t.exposeInt('attempt') }),
})
builder.objectType(builder.objectRef<EventOf<'NodeOutput'>>('NodeOutput'), {
  interfaces: [EventInterface],
  fields: (t) => ({
    node: t.exposeString('node'),
    number: t.exposeInt('n', NUMBER),
    pin: t.exposeString('pin'),
    value: t.expose('value', { type: 'JSON', nullable: true }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'NodeLog'>>('NodeLog'), {
  description: 'A line that a block wrote to its log or its console.',
  interfaces: [EventInterface],
  fields: (t) => ({
    node: t.exposeString('node'),
    number: t.exposeInt('n', NUMBER),
    level: t.exposeString('level'),
    text: t.exposeString('text'),
  }),
})

builder.objectType(builder.objectRef<EventOf<'NodeProgress'>>('NodeProgress'), {
  description: 'Progress that the block has reported. At most five of these events are recorded per second.',
  interfaces: [EventInterface],
  fields: (t) => ({
    node: t.exposeString('node'),
    number: t.exposeInt('n', NUMBER),
    fraction: t.exposeFloat('fraction', { description: '0 to 1.' }),
    note: t.string({ description: 'What the block is doing.', resolve: ({ note }) => note ?? '' }),
  }),
})

const NodeErrorType = builder.objectRef<NodeFailure>('NodeError').implement({
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.exposeString('message'),
    position: t.field({ ...POSITION, type: SourcePositionType, nullable: true, resolve: ({ position }) => position }),
    stack: t.string({ ...STACK, nullable: true, resolve: ({ stack }) => stack }),
  }),
})

builder.objectType(builder.objectRef<EventOf<'NodeFinished'>>('NodeFinished'), {
  interfaces: [EventInterface],
  fields: (t) => ({
    node: t.exposeString('node'),
    number: t.exposeInt('n', NUMBER),
    attempt: t.exposeInt('attempt'),
    status: t.field({ type: ExecutionStatusType, resolve: ({ error }) => (error ? 'FAILED' : 'COMPLETED') }),
    error: t.field({ type: NodeErrorType, nullable: true, resolve: ({ error }) => error }),
    retryInMs: t.int({
      nullable: true,
      description: 'The delay before the next attempt. Null if no attempt follows.',
      resolve: ({ retryInMs }) => retryInMs,
    }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'EffectStarted'>>('EffectStarted'), {
  description:
    'The block may have had an effect from this event on. If its worker crashes, the block runs again only if its manifest or its node allows it.',
  interfaces: [EventInterface],
  fields: (t) => ({ node: t.exposeString('node'), number: t.exposeInt('n', NUMBER), attempt: t.exposeInt('attempt') }),
})
builder.objectType(builder.objectRef<EventOf<'GraphOutput'>>('GraphOutput'), {
  description: 'A value has reached an output of the graph.',
  interfaces: [EventInterface],
  fields: (t) => ({ name: t.exposeString('name'), value: t.expose('value', { type: 'JSON', nullable: true }) }),
})
builder.objectType(builder.objectRef<EventOf<'NodeOverridden'>>('NodeOverridden'), {
  description: 'A replay runs this node execution with other inputs.',
  interfaces: [EventInterface],
  fields: (t) => ({
    node: t.exposeString('node'),
    number: t.exposeInt('n', NUMBER),
    inputs: t.expose('inputs', { type: 'JSON' }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'NodeWaiting'>>('NodeWaiting'), {
  description: 'The block sleeps. None of its code runs until the sleep ends.',
  interfaces: [EventInterface],
  fields: (t) => ({
    node: t.exposeString('node'),
    number: t.exposeInt('n', NUMBER),
    until: t.field({ type: 'DateTime', resolve: ({ until }) => new Date(until) }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'NodeResumed'>>('NodeResumed'), {
  description:
    'The sleep has ended. The block runs again from its beginning, and only outputs that it has not delivered yet are delivered.',
  interfaces: [EventInterface],
  fields: (t) => ({ node: t.exposeString('node'), number: t.exposeInt('n', NUMBER) }),
})
builder.objectType(builder.objectRef<EventOf<'NodeRetried'>>('NodeRetried'), {
  description: 'The delay before a retry has ended, and the next attempt starts.',
  interfaces: [EventInterface],
  fields: (t) => ({ node: t.exposeString('node'), number: t.exposeInt('n', NUMBER), attempt: t.exposeInt('attempt') }),
})
builder.objectType(builder.objectRef<EventOf<'ExecutionFinished'>>('ExecutionFinished'), {
  description: 'The execution has finished. This is always its last event.',
  interfaces: [EventInterface],
  fields: (t) => ({
    status: t.expose('status', { type: ExecutionStatusType }),
    outputs: t.expose('outputs', { type: 'JSON' }),
    failedNodes: t.exposeStringList('failedNodes'),
    reason: t.field({ type: ReasonType, nullable: true, resolve: ({ reason }) => reason }),
  }),
})

builder.objectType(builder.objectRef<EventOf<'ReaderBehind'>>('ReaderBehind'), {
  description:
    'Only subscribers receive this event. The subscriber reads more slowly than the execution writes events. No event is lost: continue to read, or resume later with `after` set to `seq`, the last event that you have received.',
  interfaces: [EventInterface],
  fields: (t) => ({ behind: t.exposeInt('behind', { description: 'The number of events that are waiting to be sent.' }) }),
})

/** Reads a page of the journal. The cursor of an event is its `seq`. */
export async function eventPage(executionId: string, args: ConnectionArgs, { runtime, user }: SchemaContext) {
  const { after, ...rest } = args
  const first = parseFirst(rest)
  const seq = parseSeq(after ?? '0')
  const { events, total } = await runtime.executions.eventPage(user.id, executionId, seq, first + 1)
  const edges = events.slice(0, first).map((node) => ({ node, cursor: String(node.seq) }))
  return {
    edges,
    totalCount: total,
    pageInfo: {
      hasNextPage: events.length > first,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/** The largest `seq` of an event. */
const MAX_SEQ = 2 ** 31 - 1

function parseSeq(text: string): number {
  const seq = /^\d{1,10}$/.test(text) ? Number(text) : Infinity
  if (seq > MAX_SEQ)
    throw new AshlarError('BAD_INPUT', `argument "after" must be the "seq" of an event, 0 to ${MAX_SEQ}`, {
      details: { path: ['after'] },
    })
  return seq
}
