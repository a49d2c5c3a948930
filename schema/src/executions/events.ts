import {
  AshlarError,
  formatNodeExecutionKey,
  type ExecutionSummary,
  type FollowedEvent,
  type JournalEvent,
  type NodeFailure,
  type Page,
  type EventRequest,
} from '@ashlar/core'
import { builder } from '../base/builder.ts'
import type { SchemaContext } from '../base/context.ts'
import { defineList } from '../base/list.ts'
import { ExecutionStatusType, ExecutionType, ReasonType } from '../refs/executions.ts'
import { decodeEventId, encodeEventId, type PlacedEvent } from './event-ids.ts'
import { LogLevel, toLogLevel } from './log-level.ts'
import { NodeExecutionType } from './node-execution.ts'
import { USAGE_DESCRIPTIONS } from './usage/index.ts'
import { NodeFailureType } from './node-failure.ts'

type EventOf<Type extends FollowedEvent['type']> = PlacedEvent<Extract<FollowedEvent, { type: Type }>>
type AnyNodeEvent = PlacedEvent<Extract<FollowedEvent, { node: string }>>

export const EventInterface = builder.interfaceRef<PlacedEvent>('ExecutionEvent').implement({
  description: 'An entry in the journal of an execution.',
  resolveType: ({ type }) => type,
  fields: (t) => ({
    id: t.id({
      description:
        'Identifies the event. To continue after it, pass it as `after` of `executionEvents` or of `events`, or as the header `Last-Event-ID`.',
      resolve: encodeEventId,
    }),
    seq: t.exposeInt('seq', { description: '1, 2, 3 … within the execution.' }),
    at: t.field({ type: 'DateTime', description: 'The time of the event.', resolve: ({ at }) => new Date(at) }),
    execution: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'The execution, in its current state.',
      resolve: (event, _args, context) => (event.type === 'ExecutionFinished' ? loadFinished(event, context) : event.executionId),
    }),
  }),
})

/** The event has the outputs of the execution, so that they need no second statement. */
async function loadFinished({ executionId, outputs }: EventOf<'ExecutionFinished'>, context: SchemaContext) {
  const execution = (await ExecutionType.getDataloader(context).load(executionId)) as ExecutionSummary | null
  return execution && { ...execution, outputs }
}

const NodeEvent = builder.interfaceRef<AnyNodeEvent>('NodeEvent').implement({
  description: 'An event of a node execution.',
  interfaces: [EventInterface],
  fields: (t) => ({
    nodeId: t.exposeString('node', { description: 'The node in the graph.' }),
    number: t.exposeInt('n', { description: 'The number of the node execution: 1, 2, 3 … within the node.' }),
    nodeExecution: t.field({
      type: NodeExecutionType,
      nullable: true,
      description: 'The node execution, in its current state.',
      resolve: ({ executionId, node: nodeId, n: number }) => formatNodeExecutionKey({ executionId, nodeId, number }),
    }),
  }),
})

const ATTEMPT = { description: 'The number of the attempt: 1, 2, 3 …' }

builder.objectType(builder.objectRef<EventOf<'ExecutionStarted'>>('ExecutionStarted'), {
  description: 'The execution has started. This is always its first event.',
  interfaces: [EventInterface],
  fields: (t) => ({ inputs: t.expose('inputs', { type: 'JSON', nullable: true, description: 'The values by input name.' }) }),
})
builder.objectType(builder.objectRef<EventOf<'NodeStarted'>>('NodeStarted'), {
  description: 'An attempt of a node execution has started.',
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({ attempt: t.exposeInt('attempt', ATTEMPT) }),
})
builder.objectType(builder.objectRef<EventOf<'NodeOutput'>>('NodeOutput'), {
  description: 'The block has delivered a value.',
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({
    pin: t.exposeString('pin', { description: 'The output pin.' }),
    value: t.expose('value', { type: 'JSON', nullable: true, description: 'The value. It can be null.' }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'NodeLog'>>('NodeLog'), {
  description: 'A line that a block wrote to its log or its console.',
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({
    level: t.field({ type: LogLevel, description: 'The severity.', resolve: ({ level }) => toLogLevel(level) }),
    text: t.exposeString('text', { description: 'The line.' }),
  }),
})

builder.objectType(builder.objectRef<EventOf<'NodeProgress'>>('NodeProgress'), {
  description: 'Progress that the block has reported. At most five of these events are recorded per second.',
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({
    fraction: t.exposeFloat('fraction', { description: '0 to 1.' }),
    note: t.string({ description: 'What the block is doing.', resolve: ({ note }) => note ?? '' }),
  }),
})

builder.objectType(builder.objectRef<EventOf<'NodeUsage'>>('NodeUsage'), {
  description: 'What requests of the block to a paid service have consumed. At most 45 of these events are recorded per second.',
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({
    provider: t.exposeString('provider', { description: 'The service.' }),
    model: t.exposeString('model', { description: 'The name of the model.' }),
    inputTokens: t.exposeFloat('inputTokens', { description: USAGE_DESCRIPTIONS.inputTokens }),
    outputTokens: t.exposeFloat('outputTokens', { description: USAGE_DESCRIPTIONS.outputTokens }),
    cachedTokens: t.exposeFloat('cachedTokens', { description: USAGE_DESCRIPTIONS.cachedTokens }),
    costUsd: t.exposeFloat('costUsd', { nullable: true, description: USAGE_DESCRIPTIONS.costUsd }),
    requests: t.exposeInt('requests', { description: USAGE_DESCRIPTIONS.requests }),
    unpriced: t.exposeInt('unpriced', { description: USAGE_DESCRIPTIONS.unpriced }),
  }),
})

builder.objectType(builder.objectRef<EventOf<'NodeOutputDelta'>>('NodeOutputDelta'), {
  description:
    'Only subscribers receive this event: a piece of a text that the block is about to deliver. It is not stored, and `seq` is that of the last event before it. Pieces can be missing; `NodeOutput` follows with the whole text.',
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({
    attempt: t.exposeInt('attempt', ATTEMPT),
    pin: t.exposeString('pin', { description: 'The output pin.' }),
    offset: t.exposeInt('offset', {
      description:
        'The number of UTF-16 code units of the text before this piece. If it is 0, the block starts the text, or starts it again. If it is larger than the length of the pieces so far, pieces are missing.',
    }),
    text: t.exposeString('text', { description: 'The piece.' }),
  }),
})

builder.objectType(builder.objectRef<EventOf<'NodeFinished'>>('NodeFinished'), {
  description: 'An attempt of a node execution has finished.',
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({
    attempt: t.exposeInt('attempt', ATTEMPT),
    status: t.field({
      // As in ExecutionFinished: fields of one name must have one type to be selected together.
      type: ExecutionStatusType,
      description: '`COMPLETED` or `FAILED`.',
      resolve: ({ error }) => (error ? 'FAILED' : 'COMPLETED'),
    }),
    error: t.field({
      type: NodeFailureType,
      nullable: true,
      description: 'Why the attempt failed. Null if it completed.',
      resolve: ({ error }): NodeFailure | undefined => error,
    }),
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
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({ attempt: t.exposeInt('attempt', ATTEMPT) }),
})
builder.objectType(builder.objectRef<EventOf<'GraphOutput'>>('GraphOutput'), {
  description: 'A value has reached an output of the graph.',
  interfaces: [EventInterface],
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the output.' }),
    value: t.expose('value', { type: 'JSON', nullable: true, description: 'The value. It can be null.' }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'NodeOverridden'>>('NodeOverridden'), {
  description: 'A replay runs this node execution with other inputs.',
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({
    inputs: t.expose('inputs', { type: 'JSON', nullable: true, description: 'The inputs of the replay, by pin.' }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'NodeWaiting'>>('NodeWaiting'), {
  description: 'The block sleeps. None of its code runs until the sleep ends.',
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({
    until: t.field({ type: 'DateTime', description: 'The end of the sleep.', resolve: ({ until }) => new Date(until) }),
  }),
})
builder.objectType(builder.objectRef<EventOf<'NodeResumed'>>('NodeResumed'), {
  description:
    'The sleep has ended. The block runs again from its beginning, and only outputs that it has not delivered yet are delivered.',
  interfaces: [EventInterface, NodeEvent],
})
builder.objectType(builder.objectRef<EventOf<'NodeRetried'>>('NodeRetried'), {
  description: 'The delay before a retry has ended, and the next attempt starts.',
  interfaces: [EventInterface, NodeEvent],
  fields: (t) => ({ attempt: t.exposeInt('attempt', ATTEMPT) }),
})
builder.objectType(builder.objectRef<EventOf<'ExecutionFinished'>>('ExecutionFinished'), {
  description: 'The execution has finished. This is always its last event.',
  interfaces: [EventInterface],
  fields: (t) => ({
    status: t.expose('status', { type: ExecutionStatusType, description: '`COMPLETED`, `FAILED` or `CANCELLED`.' }),
    outputs: t.expose('outputs', {
      type: 'JSON',
      nullable: true,
      description: 'For each output of the graph, the values that reached it, in order.',
    }),
    failedNodes: t.exposeStringList('failedNodes', {
      description: 'The ids of the nodes that failed, including those whose failure was handled.',
    }),
    reason: t.field({
      type: ReasonType,
      nullable: true,
      description: 'Why it failed or was cancelled. Null if it completed.',
      resolve: ({ reason }) => reason,
    }),
  }),
})

builder.objectType(builder.objectRef<EventOf<'ReaderBehind'>>('ReaderBehind'), {
  description:
    'Only subscribers receive this event. The subscriber reads more slowly than the execution writes events. No event is lost: continue to read, or resume later with `after` set to its `id`.',
  interfaces: [EventInterface],
  fields: (t) => ({ behind: t.exposeInt('behind', { description: 'The number of events that are waiting to be sent.' }) }),
})

const EVENT_TYPES: Record<JournalEvent['type'], true> = {
  ExecutionStarted: true,
  NodeStarted: true,
  EffectStarted: true,
  NodeOutput: true,
  NodeLog: true,
  NodeProgress: true,
  NodeUsage: true,
  NodeFinished: true,
  NodeWaiting: true,
  NodeResumed: true,
  GraphOutput: true,
  NodeOverridden: true,
  NodeRetried: true,
  ExecutionFinished: true,
}

/** `NodeOutput` is `NODE_OUTPUT`. */
const EventType = builder.enumType('ExecutionEventType', {
  description: 'The types of the events of a journal.',
  values: Object.fromEntries(
    (Object.keys(EVENT_TYPES) as JournalEvent['type'][]).map((type) => [
      type.replaceAll(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase(),
      { value: type, description: `Events of the type \`${type}\`.` },
    ]),
  ),
})

export const EventList = defineList<PlacedEvent>()({
  type: EventInterface,
  name: 'ExecutionEvent',
  plural: 'events',
  filter: (t) => ({
    nodeId: t.string({ description: 'The node in the graph.' }),
    types: t.field({ type: [EventType], description: 'The type of the event is one of these.' }),
    tag: t.string({
      description: 'The `tag` of an iteration: events of node executions in it, and in the loops inside of it.',
    }),
  }),
  orderFields: { SEQ: 'The number of the event in the journal.' },
  defaultOrder: { field: 'SEQ', direction: 'ASC' },
  locate: ({ executionId: id, seq }) => ({ value: String(seq), id }),
  cursors: {
    encode: encodeEventId,
    decode(cursor) {
      const { executionId: id, seq } = decodeEventId(cursor)
      return { value: String(seq), id }
    },
  },
})

/** Reads one page of the journal of each execution. */
export async function loadEvents(
  executionIds: readonly string[],
  request: EventRequest,
  { api }: SchemaContext,
): Promise<Map<string, Page<PlacedEvent> | AshlarError>> {
  const pages = await api.executions.eventPages(executionIds, request)
  return new Map([...pages].map(([id, page]) => [id, page instanceof AshlarError ? page : placeEvents(id, page)]))
}

function placeEvents(executionId: string, page: Page<JournalEvent>): Page<PlacedEvent> {
  return { ...page, items: page.items.map(({ item, position }) => ({ item: { ...item, executionId }, position })) }
}
