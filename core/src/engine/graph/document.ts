import { z } from 'zod'
import { parsePinPath } from '../../pins/index.ts'
import { MAX_TIMEOUT_MS } from '../../blocks/index.ts'
import { characters } from './characters.ts'

export const DEFAULT_TIMEOUT_MS = 60_000
/** The maximum number of node executions in one execution. */
export const MAX_BUDGET = 1_000_000
/** The maximum number of iterations of one loop. */
const MAX_ITERATIONS = 1_000_000_000

/** The limits of a document. Larger graphs would block the server while they are checked. */
const MAX_NODES = 5000
const MAX_LINKS = 25_000

/** The origin of graphs that were imported from the AutoGPT Platform. */
const AUTOGPT = 'AUTOGPT'

const PAIRINGS = ['TAGGED', 'FIFO'] as const

// The descriptions are those of the published JSON Schema: see `document-json-schema.ts`.

const retrySchema = z
  .strictObject({
    attempts: z.int().min(1).max(20).describe('The number of attempts, including the first.'),
    backoffMs: z
      .int()
      .min(0)
      .max(600_000)
      .default(1000)
      .describe('The delay before the second attempt, in milliseconds. It doubles for each further attempt.'),
    jitter: z.number().min(0).max(1).default(0.2).describe('The random share of the delay, 0 to 1.'),
  })
  .describe('How often and when the node runs again after an error that a retry can remove. Without it, the node runs once.')

const loopSchema = z
  .strictObject({
    concurrency: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe(
        'The maximum number of iterations that run at the same time. 1 runs them one after the other. Without it, there is no limit.',
      ),
    ratePerSecond: z
      .number()
      .positive()
      .max(10_000)
      .optional()
      .describe('The maximum number of iterations that start per second. Without it, there is no limit.'),
    window: z
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .describe(
        'The maximum number of iterations in which something is queued or running. The node waits while the window is full.',
      ),
    budget: z.int().min(1).max(MAX_ITERATIONS).default(1_000_000).describe('The maximum number of iterations of one loop.'),
  })
  .describe('How the iterations of the node run. Only for a node with an output pin that is `many`. Requires `TAGGED`.')

const coordinate = z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER)

const positionSchema = z
  .strictObject({
    x: coordinate.describe('The horizontal coordinate, in pixels.'),
    y: coordinate.describe('The vertical coordinate, in pixels.'),
  })
  .describe('The position in an editor. It has no effect on executions.')

export const nodeSchema = z
  .strictObject({
    id: characters({ min: 1, max: 100 })
      .regex(/^[^.\s]+$/, 'must not contain "." or white space')
      .describe('The key of the node, unique in the document. It has no "." and no white space.'),
    block: characters({ min: 1, max: 200 }).describe(
      'The block that the node runs: its qualified name, such as `text/replace`, or its UUID.',
    ),
    inputs: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Constant inputs, by pin. A value that arrives on a link replaces the constant.'),
    title: characters({ max: 200 }).optional().describe('A title for people.'),
    position: positionSchema.optional(),
    timeoutMs: z
      .int()
      .min(1)
      .max(MAX_TIMEOUT_MS)
      .optional()
      .describe(
        `The longest time that one attempt may take, in milliseconds. The default is that of the block, or ${DEFAULT_TIMEOUT_MS}.`,
      ),
    retry: retrySchema.optional(),
    credentials: z
      .record(characters({ max: 200 }), characters({ min: 1, max: 100 }))
      .optional()
      .describe(
        'The names of the credentials that the node uses, by qualified provider: `{ "github/github": "work" }`. A provider may be left out if the owner has one credential for it.',
      ),
    loop: loopSchema.optional(),
    scope: characters({ min: 1, max: 100 })
      .optional()
      .describe(
        'Only for a node with a collect pin: the id of the node whose loop it closes, or of a node of the cycle that it closes. Loops inside are closed with it. The default is the innermost loop. Requires `TAGGED`.',
      ),
  })
  .describe('A block that is placed in the graph.')

const endSchema = characters({ max: 600 }).regex(/^[^.\s]+\..+$/, 'must be "<node id>.<pin>"')

/** Whether a value has the form of an end of a link. */
export function isLinkEnd(value: unknown): value is string {
  return endSchema.safeParse(value).success
}

const linkSchema = z
  .strictObject({
    from: endSchema.describe('The output pin, `<node id>.<pin>`. A path selects a part of the value: `rows.item_#_name`.'),
    to: endSchema.describe('The input pin, `<node id>.<pin>`. A path sets a part of the input: `greet.values_#_name`.'),
    carry: z
      .literal(true)
      .optional()
      .describe('Passes the value of one iteration of a loop to the next one, which waits for it. Requires `TAGGED`.'),
  })
  .describe('A link from an output pin to an input pin.')

/** A document as it is written. */
export const documentForm = z.strictObject({
  $schema: z.string().optional().describe('The URL of this schema, for editors. It is not saved.'),
  nodes: z.array(nodeSchema).max(MAX_NODES).describe('The nodes.'),
  links: z
    .array(linkSchema)
    .max(MAX_LINKS)
    .default([])
    .describe('The links. Where the order of deliveries is not otherwise defined, it is the order of this list.'),
  onUnhandledError: z
    .enum(['FAIL', 'CONTINUE'])
    .default('FAIL')
    .describe(
      'What happens when a node fails and its `error` pin has no link. `FAIL`: the execution fails. `CONTINUE`: it continues without the outputs of the node.',
    ),
  concurrency: z.int().min(1).max(256).default(16).describe('The maximum number of concurrent node executions.'),
  pairing: z
    .enum(PAIRINGS)
    .default('TAGGED')
    .describe(
      'How input pins pair the values that arrive. `TAGGED`: values of the same iteration of a loop. `FIFO`: values in the order of arrival, as in the AutoGPT Platform.',
    ),
  budget: z
    .int()
    .min(1)
    .max(MAX_BUDGET)
    .default(10_000)
    .describe(
      'The maximum number of node executions. With `TAGGED`, it applies to those outside of loops, and separately to each iteration of a loop.',
    ),
  origin: z
    .literal(AUTOGPT)
    .optional()
    .describe(
      'The system from which the graph was imported. `AUTOGPT`: missing required inputs and values that can never fit are warnings instead of faults, as in the AutoGPT Platform.',
    ),
})

/**
 * A graph as it is written, saved and exported. The ends of links have the form `<node id>.<pin>`; a pin may carry a
 * dynamic path (`greet.values_#_name`).
 */
export const documentSchema = documentForm.transform(({ $schema: _schema, ...document }) => document)

export type GraphDocument = z.output<typeof documentSchema>
export type GraphNode = GraphDocument['nodes'][number]
export type LoopOptions = z.output<typeof loopSchema>
export type RetryPolicy = z.output<typeof retrySchema>

/** `greet.values_#_name` → node `greet`, pin `values_#_name`. */
export function parseEnd(end: string): { node: string; pin: string } {
  const dot = end.indexOf('.')
  return { node: end.slice(0, dot), pin: end.slice(dot + 1) }
}

/** Returns the base names of the input pins with a link, by node. */
export function linkedInputs({ links }: Pick<GraphDocument, 'links'>): Map<string, Set<string>> {
  const linked = new Map<string, Set<string>>()
  for (const { to } of links) {
    const { node, pin } = parseEnd(to)
    const pins = linked.get(node) ?? new Set()
    linked.set(node, pins.add(parsePinPath(pin).base))
  }
  return linked
}
