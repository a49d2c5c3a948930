import { AshlarError, type FollowedEvent, type NodeFailure } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { parseFirst, type ConnectionArgs } from '../base/connections.ts'
import type { SchemaContext } from '../base/context.ts'
import { ExecutionStatusType, ReasonType } from '../refs/executions.ts'
import { POSITION, SourcePositionType, STACK } from './source-position.ts'

type EventOf<Type extends FollowedEvent['type']> = Extract<FollowedEvent, { type: Type }>

export const EventInterface = builder.interfaceRef<FollowedEvent>('ExecutionEvent').implement({
  description: 'Something that happened in an execution.',
  resolveType: ({ type }) => type,
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: '1, 2, 3 … per execution.' }),
    at: t.field({ type: 'DateTime', resolve: ({ at }) => new Date(at) }),
  }),
})

const NUMBER = { description: 'Which run of the node: 1, 2, 3 …' }

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
  description: 'How far the block says that it is; at most five times a second.',
  interfaces: [EventInterface],
  fields: (t) => ({
    node: t.exposeString('node'),
    number: t.exposeInt('n', NUMBER),
    fraction: t.exposeFloat('fraction', { description: '0 to 1.' }),
    note: t.string({ description: 'What it is doing.', resolve: ({ note }) => note ?? '' }),
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
      description: 'It is to be tried again after this time.',
      resolve: ({ retryInMs }) => retryInMs,
    }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'EffectStarted'>>('EffectStarted'), {
  description:
    'From here on the block may have changed something outside. After a crash of its worker it is not run again unless its manifest or its node says so.',
  interfaces: [EventInterface],
  fields: (t) => ({ node: t.exposeString('node'), number: t.exposeInt('n', NUMBER), attempt: t.exposeInt('attempt') }),
})
builder.objectType(builder.objectRef<EventOf<'GraphOutput'>>('GraphOutput'), {
  description: 'A value has arrived at an output of the graph.',
  interfaces: [EventInterface],
  fields: (t) => ({ name: t.exposeString('name'), value: t.expose('value', { type: 'JSON', nullable: true }) }),
})
builder.objectType(builder.objectRef<EventOf<'NodeOverridden'>>('NodeOverridden'), {
  description: 'A replay runs this node on other inputs.',
  interfaces: [EventInterface],
  fields: (t) => ({
    node: t.exposeString('node'),
    number: t.exposeInt('n', NUMBER),
    inputs: t.expose('inputs', { type: 'JSON' }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'NodeWaiting'>>('NodeWaiting'), {
  description: 'The block sleeps: nothing of it runs until then.',
  interfaces: [EventInterface],
  fields: (t) => ({
    node: t.exposeString('node'),
    number: t.exposeInt('n', NUMBER),
    until: t.field({ type: 'DateTime', resolve: ({ until }) => new Date(until) }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'NodeResumed'>>('NodeResumed'), {
  description: 'Its sleep is over: it is run again from its beginning, and delivers what it has not delivered.',
  interfaces: [EventInterface],
  fields: (t) => ({ node: t.exposeString('node'), number: t.exposeInt('n', NUMBER) }),
})
builder.objectType(builder.objectRef<EventOf<'NodeRetried'>>('NodeRetried'), {
  description: 'A repetition has become due.',
  interfaces: [EventInterface],
  fields: (t) => ({ node: t.exposeString('node'), number: t.exposeInt('n', NUMBER), attempt: t.exposeInt('attempt') }),
})
builder.objectType(builder.objectRef<EventOf<'ExecutionFinished'>>('ExecutionFinished'), {
  description: 'Always the last event.',
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
    'For a subscriber alone: you read more slowly than the execution goes on. Nothing is lost: read on, or leave and resume with `after: seq`, which is the last event you have.',
  interfaces: [EventInterface],
  fields: (t) => ({ behind: t.exposeInt('behind', { description: 'Events that wait for you.' }) }),
})

/** A page of the journal, whose cursors are the numbers of the events. */
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

/** The largest number that an event can have. */
const MAX_SEQ = 2 ** 31 - 1

function parseSeq(text: string): number {
  const seq = /^\d{1,10}$/.test(text) ? Number(text) : Infinity
  if (seq > MAX_SEQ)
    throw new AshlarError('BAD_INPUT', `argument "after" must be the "seq" of an event, 0 to ${MAX_SEQ}`, {
      details: { path: ['after'] },
    })
  return seq
}
