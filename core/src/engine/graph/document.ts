import { z } from 'zod'
import { MAX_TIMEOUT_MS } from '../../blocks/index.ts'

export const DEFAULT_TIMEOUT_MS = 60_000
/** The maximum number of node executions in one execution. */
export const MAX_BUDGET = 1_000_000
/** The maximum number of iterations of one loop. */
const MAX_ITERATIONS = 1_000_000_000

export const PAIRINGS = ['TAGGED', 'FIFO'] as const

const retrySchema = z.strictObject({
  /** The number of attempts, including the first. */
  attempts: z.int().min(1).max(20),
  /** The delay before the second attempt. It doubles for each further attempt. */
  backoffMs: z.int().min(0).max(600_000).default(1000),
  /** The random share of the backoff. */
  jitter: z.number().min(0).max(1).default(0.2),
})

const loopSchema = z.strictObject({
  /** The maximum number of iterations that run at the same time. 1 runs them one after the other. @default no limit */
  concurrency: z.int().min(1).max(10_000).optional(),
  /** The maximum number of iterations that start per second. @default no limit */
  ratePerSecond: z.number().positive().max(10_000).optional(),
  /** The maximum number of live iterations. The producer waits while the window is full. */
  window: z.int().min(1).max(100_000).default(1000),
  /** The maximum number of iterations of one loop. */
  budget: z.int().min(1).max(MAX_ITERATIONS).default(1_000_000),
})

export const nodeSchema = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^.\s]+$/, 'must not contain "." or white space'),
  /** Qualified name (`text/replace`) or UUID. */
  block: z.string().min(1).max(200),
  /** Constant inputs, by pin. */
  inputs: z.record(z.string(), z.unknown()).default({}),
  /** A title for people. */
  title: z.string().max(200).optional(),
  position: z.strictObject({ x: z.number(), y: z.number() }).optional(),
  timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).optional(),
  retry: retrySchema.optional(),
  /**
   * Names of the owner's credentials for this node, by qualified provider (`github/github`). Optional if the owner has
   * one credential.
   */
  credentials: z.record(z.string().max(200), z.string().min(1).max(100)).optional(),
  /** How the iterations of this node run. Only for a node with an output pin that is `many`. */
  loop: loopSchema.optional(),
  /**
   * The node whose loop, or the cycle to which it belongs, a collect node closes. Loops inside it are closed with it.
   *
   * @default the innermost loop
   */
  scope: z.string().min(1).max(100).optional(),
})

const endSchema = z
  .string()
  .max(600)
  .regex(/^[^.\s]+\..+$/, 'must be "<node id>.<pin>"')

/** Whether a value has the form of an end of a link. */
export function isLinkEnd(value: unknown): value is string {
  return endSchema.safeParse(value).success
}

const linkSchema = z.strictObject({
  from: endSchema,
  to: endSchema,
  /** Passes the value of one iteration to the next one, which waits for it. */
  carry: z.literal(true).optional(),
})

/**
 * A graph as it is written, saved and exported. The ends of links have the form `<node id>.<pin>`; a pin may carry a
 * dynamic path (`greet.values_#_name`).
 */
export const documentSchema = z.strictObject({
  nodes: z.array(nodeSchema).max(2000),
  links: z.array(linkSchema).max(10_000).default([]),
  /** Whether a failure ends the execution if the `error` pin has no link. Source: execution semantics, rule 12. */
  onUnhandledError: z.enum(['FAIL', 'CONTINUE']).default('FAIL'),
  /** The maximum number of concurrent node executions. */
  concurrency: z.int().min(1).max(256).default(16),
  /**
   * How pins pair the values that arrive. `TAGGED`: values of the same iteration. `FIFO`: values in the order of
   * arrival, as in the AutoGPT Platform.
   */
  pairing: z.enum(PAIRINGS).default('FIFO'),
  /**
   * The maximum number of node executions. With `TAGGED`, it applies to those outside of loops, and separately to each
   * iteration of a loop.
   */
  budget: z.int().min(1).max(MAX_BUDGET).default(10_000),
})

export type GraphDocument = z.output<typeof documentSchema>
export type GraphNode = GraphDocument['nodes'][number]
export type LoopOptions = z.output<typeof loopSchema>
export type RetryPolicy = z.output<typeof retrySchema>

/** `greet.values_#_name` → node `greet`, pin `values_#_name`. */
export function parseEnd(end: string): { node: string; pin: string } {
  const dot = end.indexOf('.')
  return { node: end.slice(0, dot), pin: end.slice(dot + 1) }
}
