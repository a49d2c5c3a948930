import type { GraphDocument } from '@ashlar/core'
import { builder } from '../base/builder.ts'

type GraphNode = GraphDocument['nodes'][number]

export const UnhandledErrorPolicy = builder.enumType('UnhandledErrorPolicy', {
  description: 'What happens when a node fails and its `error` pin has no link.',
  values: {
    FAIL: { description: 'The execution fails.' },
    CONTINUE: { description: 'The execution continues without the outputs of the node.' },
  },
})

export const GraphPairing = builder.enumType('GraphPairing', {
  description: 'How the input pins of a node pair the values that arrive.',
  values: {
    TAGGED: { description: 'A node runs with values of the same iteration of a loop.' },
    FIFO: { description: 'A node runs with values in the order of their arrival, as in the AutoGPT Platform.' },
  } satisfies Record<GraphDocument['pairing'], object>,
})

export const GraphOrigin = builder.enumType('GraphOrigin', {
  description: 'The system from which a graph was imported.',
  values: {
    AUTOGPT: {
      description:
        'The AutoGPT Platform. Missing required inputs and values that can never fit are warnings of the graph instead of faults.',
    },
  } satisfies Record<NonNullable<GraphDocument['origin']>, object>,
})

const NodePositionType = builder.objectRef<{ x: number; y: number }>('NodePosition').implement({
  description: 'The position of a node in an editor.',
  fields: (t) => ({
    x: t.exposeFloat('x', { description: 'The horizontal coordinate, in pixels.' }),
    y: t.exposeFloat('y', { description: 'The vertical coordinate, in pixels.' }),
  }),
})

const NodeRetryType = builder.objectRef<NonNullable<GraphNode['retry']>>('NodeRetry').implement({
  description: 'How often and when a node that failed runs again.',
  fields: (t) => ({
    attempts: t.exposeInt('attempts', { description: 'The number of attempts, including the first.' }),
    backoffMs: t.exposeInt('backoffMs', {
      description: 'The delay before the second attempt, in milliseconds. It doubles for each further attempt.',
    }),
    jitter: t.exposeFloat('jitter', { description: 'The random share of the delay, 0 to 1.' }),
  }),
})

const NodeLoopType = builder.objectRef<NonNullable<GraphNode['loop']>>('NodeLoop').implement({
  description: 'How the iterations of a node with an output pin that is `many` run.',
  fields: (t) => ({
    concurrency: t.exposeInt('concurrency', {
      nullable: true,
      description: 'The maximum number of iterations that run at the same time. Null for no limit.',
    }),
    ratePerSecond: t.exposeFloat('ratePerSecond', {
      nullable: true,
      description: 'The maximum number of iterations that start per second. Null for no limit.',
    }),
    window: t.exposeInt('window', {
      description:
        'The maximum number of iterations in which something is queued or running. The node waits while the window is full.',
    }),
    budget: t.exposeInt('budget', { description: 'The maximum number of iterations of one loop.' }),
  }),
})

export const GraphNodeType = builder.objectRef<GraphNode>('GraphNode').implement({
  description: 'A block that is placed in a graph.',
  fields: (t) => ({
    nodeId: t.exposeString('id', { description: 'The key of the node, unique in the graph. It is `id` in the stored form.' }),
    block: t.exposeString('block', { description: 'The qualified name of the block, such as `text/replace`, or its UUID.' }),
    inputs: t.expose('inputs', { type: 'JSON', description: 'Constant inputs, by pin.' }),
    title: t.exposeString('title', { nullable: true, description: 'A title for people. Null if it has none.' }),
    position: t.expose('position', {
      type: NodePositionType,
      nullable: true,
      description: 'The position in an editor. Null if it has none.',
    }),
    timeoutMs: t.exposeInt('timeoutMs', {
      nullable: true,
      description: 'The longest time that an attempt may take, in milliseconds. Null for that of the block, or 60000.',
    }),
    retry: t.expose('retry', { type: NodeRetryType, nullable: true, description: 'Null if the node runs once.' }),
    credentials: t.expose('credentials', {
      type: 'JSON',
      nullable: true,
      description: 'The names of the credentials that the node uses, by provider. Null if it names none.',
    }),
    loop: t.expose('loop', {
      type: NodeLoopType,
      nullable: true,
      description: 'How the iterations of the node run. Null for the defaults, or if the node opens no loop.',
    }),
    scope: t.exposeString('scope', {
      nullable: true,
      description:
        'The key of the node whose loop a collect node closes, together with the loops inside it. Null for the innermost loop.',
    }),
  }),
})

export const GraphLinkType = builder.objectRef<GraphDocument['links'][number]>('GraphLink').implement({
  description: 'A link from an output pin to an input pin.',
  fields: (t) => ({
    from: t.exposeString('from', { description: 'The output pin: `<node id>.<pin>`.' }),
    to: t.exposeString('to', { description: 'The input pin: `<node id>.<pin>`.' }),
    carry: t.boolean({
      description: 'Whether the link passes the value of one iteration of a loop to the next one.',
      resolve: ({ carry = false }) => carry,
    }),
  }),
})

const GraphSettingsType = builder.objectRef<Omit<GraphDocument, 'nodes' | 'links'>>('GraphSettings').implement({
  description: 'How a graph is executed.',
  fields: (t) => ({
    onUnhandledError: t.expose('onUnhandledError', {
      type: UnhandledErrorPolicy,
      description: 'What happens when a node fails and its `error` pin has no link.',
    }),
    concurrency: t.exposeInt('concurrency', { description: 'The maximum number of concurrent node executions.' }),
    pairing: t.expose('pairing', { type: GraphPairing, description: 'How the input pins pair the values that arrive.' }),
    budget: t.exposeInt('budget', {
      description:
        'The maximum number of node executions. With `TAGGED`, it applies to those outside of loops, and separately to each iteration of a loop.',
    }),
    origin: t.expose('origin', {
      type: GraphOrigin,
      nullable: true,
      description: 'The system from which the graph was imported. Null if it was made here.',
    }),
  }),
})

export const GraphDocumentType = builder.objectRef<GraphDocument>('GraphDocument').implement({
  description: 'The content of a graph version: its nodes, links and settings.',
  fields: (t) => ({
    nodes: t.expose('nodes', { type: [GraphNodeType], description: 'The nodes, in the order in which they were saved.' }),
    links: t.expose('links', { type: [GraphLinkType], description: 'The links, in the order in which they were saved.' }),
    settings: t.field({ type: GraphSettingsType, description: 'How the graph is executed.', resolve: (document) => document }),
    json: t.field({
      type: 'JSON',
      description:
        'The whole document in its stored form: `{ nodes, links, onUnhandledError, concurrency, pairing, budget, origin }`.',
      resolve: (document) => document,
    }),
  }),
})
