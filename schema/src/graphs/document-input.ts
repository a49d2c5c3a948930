import { builder } from '../base/builder.ts'
import type { InputBuilder } from '../base/mutation.ts'
import { GraphOrigin, GraphPairing, UnhandledErrorPolicy } from './document.ts'

const NodePositionInput = builder.inputType('NodePositionInput', {
  description: 'The position of a node in an editor.',
  fields: (t) => ({
    x: t.float({ required: true, description: 'The horizontal coordinate, in pixels.' }),
    y: t.float({ required: true, description: 'The vertical coordinate, in pixels.' }),
  }),
})

const NodeRetryInput = builder.inputType('NodeRetryInput', {
  description: 'How often and when a node that failed runs again.',
  fields: (t) => ({
    attempts: t.int({ required: true, description: 'The number of attempts, including the first: 1 to 20.' }),
    backoffMs: t.int({
      description:
        'The delay before the second attempt, 0 to 600000 milliseconds. It doubles for each further attempt. The default is 1000.',
    }),
    jitter: t.float({ description: 'The random share of the delay, 0 to 1. The default is 0.2.' }),
  }),
})

const NodeLoopInput = builder.inputType('NodeLoopInput', {
  description: 'How the iterations of a node run. Only for a node with an output pin that is `many`.',
  fields: (t) => ({
    concurrency: t.int({
      description:
        'The maximum number of iterations that run at the same time: 1 to 10000. 1 runs them one after the other. The default is no limit.',
    }),
    ratePerSecond: t.float({
      description: 'The maximum number of iterations that start per second: above 0, at most 10000. The default is no limit.',
    }),
    window: t.int({
      description:
        'The maximum number of iterations in which something is queued or running: 1 to 100000. The node waits while the window is full. The default is 1000.',
    }),
    budget: t.int({ description: 'The maximum number of iterations of one loop: 1 to 1000000000. The default is 1000000.' }),
  }),
})

const GraphNodeInput = builder.inputType('GraphNodeInput', {
  description: 'A block that is placed in a graph.',
  fields: (t) => ({
    id: t.string({
      description:
        'The key of the node, unique in the graph: 1 to 100 characters without "." and white space. Set `id` or `nodeId`.',
    }),
    nodeId: t.string({ description: 'The same as `id`, so that the nodes of a `GraphDocument` can be sent back.' }),
    block: t.string({ required: true, description: 'The qualified name of the block, such as `text/replace`, or its UUID.' }),
    inputs: t.field({ type: 'JSON', description: 'Constant inputs, by pin: `{ format: "Hello" }`. The default is none.' }),
    title: t.string({ description: 'A title for people, at most 200 characters. The default is none.' }),
    position: t.field({ type: NodePositionInput, description: 'The position in an editor. The default is none.' }),
    timeoutMs: t.int({
      description:
        'The longest time that an attempt may take, 1 to 1800000 milliseconds. The default is that of the block, or 60000.',
    }),
    retry: t.field({
      type: NodeRetryInput,
      description: 'How often and when the node runs again after it failed. The default is once.',
    }),
    credentials: t.field({
      type: 'JSON',
      description:
        'The names of the credentials that the node uses, by provider: `{ "github/github": "work" }`. Optional if you have one credential for each provider.',
    }),
    loop: t.field({ type: NodeLoopInput, description: 'How the iterations of the node run. Each field has a default.' }),
    scope: t.string({
      description:
        'The key of the node whose loop this collect node closes, or of a node of the cycle that it closes. Loops inside are closed too. The default is the innermost loop.',
    }),
  }),
})

const GraphLinkInput = builder.inputType('GraphLinkInput', {
  description: 'A link from an output pin to an input pin.',
  fields: (t) => ({
    from: t.string({ required: true, description: 'The output pin: `<node id>.<pin>`.' }),
    to: t.string({
      required: true,
      description: 'The input pin: `<node id>.<pin>`. It may be a part of a pin: `greet.values_#_name`.',
    }),
    carry: t.boolean({
      description: 'Whether the link passes the value of one iteration of a loop to the next one. The default is false.',
    }),
  }),
})

const settingsFields = (t: InputBuilder) => ({
  onUnhandledError: t.field({
    type: UnhandledErrorPolicy,
    description: 'What happens when a node fails and its `error` pin has no link. The default is `FAIL`.',
  }),
  concurrency: t.int({ description: 'The maximum number of concurrent node executions: 1 to 256. The default is 16.' }),
  pairing: t.field({
    type: GraphPairing,
    description:
      'How the input pins pair the values that arrive. The default is that of the version on which a new version is based, and `TAGGED` for a new graph.',
  }),
  budget: t.int({
    description:
      'The maximum number of node executions: 1 to 1000000. With `TAGGED`, it applies to those outside of loops, and separately to each iteration of a loop. The default is 10000.',
  }),
  origin: t.field({
    type: GraphOrigin,
    description: 'The system from which the graph was imported. The default is none: the graph was made here.',
  }),
})

const GraphSettingsInput = builder.inputType('GraphSettingsInput', {
  description: 'How a graph is executed.',
  fields: settingsFields,
})

export const GraphDocumentInput = builder.inputType('GraphDocumentInput', {
  description:
    'The content of a graph version: `nodes`, `links` and `settings`, or `json`. The stored form, in which the settings are beside `nodes`, is accepted too.',
  fields: (t) => ({
    nodes: t.field({ type: [GraphNodeInput], description: 'The nodes, at most 5000. Required unless `json` is given.' }),
    links: t.field({ type: [GraphLinkInput], description: 'The links, at most 25000. The default is none.' }),
    settings: t.field({ type: GraphSettingsInput, description: 'How the graph is executed. Each setting has a default.' }),
    ...settingsFields(t),
    json: t.field({
      type: 'JSON',
      description:
        'The whole document in its stored form: `{ nodes, links, onUnhandledError, concurrency, pairing, budget, origin }`.',
    }),
  }),
})
