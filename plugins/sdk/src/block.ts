import type { z } from 'zod'
import type { BlockTest } from './block-test.ts'
import type { Capabilities } from './capabilities.ts'
import type { BlockContext } from './context.ts'
import type { BlockCost } from './providers/index.ts'
import { findMarkerFault, readPins } from './markers/index.ts'
import type { Yielded } from './yielded.ts'

/**
 * Determines what happens if a worker dies after a block starts an effect and before Ashlar commits the block's result.
 * If the block has only read data until then (GET, HEAD and OPTIONS requests, values, files), or if its requests carry
 * its idempotency key, Ashlar runs the block again and ignores this setting.
 *
 * - `fail` ends the node with `EFFECT_INTERRUPTED`.
 * - `retryable` ends the node with `EFFECT_INTERRUPTED`, and the `retry` of the node in its graph may repeat the run.
 *   Use it if the author of the graph decides whether the effect may happen twice.
 * - `retry` runs the block again. Use it if the effect may happen twice.
 */
export type CrashPolicy = 'fail' | 'retryable' | 'retry'

/**
 * How the runtime treats a block: `standard` runs its code; `input` and `output` are the named inputs and outputs of a
 * graph; `note` is a remark for people and never runs; `graph` runs another graph as a child execution; `trigger`
 * starts an execution from an external event; `approval` waits for a person's answer; `placeholder` keeps the data of a
 * block that is not installed, accepts links on any pin and never runs.
 */
export type BlockKind = 'standard' | 'input' | 'output' | 'note' | 'graph' | 'trigger' | 'approval' | 'placeholder'

/** Metadata of a pin, set last in the chain: `z.string().meta({ title: 'Key', secret: true })`. */
declare module 'zod' {
  interface GlobalMeta {
    /** Sample values. */
    examples?: unknown[]
    /** Editors show the pin only when the user expands the advanced pins. */
    advanced?: boolean
    /** Editors never show the pin. Graphs can still set it. */
    hidden?: boolean
    /** Editors mask the value. The journal still stores it, so put real secrets in a credential. */
    secret?: boolean
    /** Text that editors show in an empty field. */
    placeholder?: string
    /** Input: the text is code. Editors highlight it, and a graph whose constant is not valid code is rejected. */
    language?: 'javascript'
    /** Output: a run may yield several values. Each one starts an iteration of a loop. */
    many?: boolean
    /**
     * Output: the pin is `many` in the nodes of a graph that set one of these inputs, by a link or by a constant that
     * is not its default. In other nodes a run yields at most one value, which starts no loop.
     */
    manyIf?: readonly string[]
    /** Output: Ashlar emits the number of iterations when the loop of the block ends. The block never yields it. */
    done?: boolean
    /**
     * Output: Ashlar emits `{ message, code, nodeId, index }` of each failure in the loop of the block that no link
     * handles. The block never yields it. Without a link, failures are not caught.
     */
    caught?: boolean
    /** Input, a list: Ashlar gathers the values of all iterations, in order, and passes them when the loop ends. */
    collect?: boolean
    /**
     * Input that is `collect`: the list can be larger than memory. The block reads the values with
     * `context.collected(pin)`, and the input itself is empty if the list is large.
     */
    paged?: boolean
    /** Input: if it has a link, the block also runs without it once no value can arrive. */
    optional?: boolean
    /** Input: a second value from outside of a loop replaces the first one. Otherwise, a second value is an error. */
    latest?: boolean
    /**
     * Input for a result of an earlier run of the same node. In a graph with the pairing `FIFO`, a run waits for the
     * links of all inputs that are `feedback`, or for none of them: the first run needs none.
     */
    feedback?: boolean
    /** Input of a block that collects: Ashlar passes `{ iterations, dropped, failure }` of the loop. */
    loop?: boolean
    /**
     * Output of a block that runs in steps: a value asks for another run, the next step. It is the first value of the
     * run; only tool calls may follow. Ashlar runs the tools, and then the next step.
     */
    step?: boolean
    /**
     * Input, a list: Ashlar passes the steps so far, each as `{ value, calls }`: what the step yielded on the pin that
     * is `step`, and for each of its tool calls `{ nodeId, outputs, error }`. Empty in the first step.
     */
    steps?: boolean
    /**
     * Input, a list: Ashlar passes the nodes that the pin `tools` of the node links to, each as
     * `{ name, description, nodeId, pins, parameters }`.
     */
    tools?: boolean
  }
}

/** The argument of {@link defineBlock}. */
export interface BlockDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  /** A UUID that never changes, because graphs refer to it. */
  id: string
  /** Unique in its plugin, lower case with dashes: `replace`. The qualified name is `text/replace`. */
  name: string
  /** One sentence that users see when they choose a block. */
  description: string
  /** The group of the block, in upper case: `TEXT`. */
  category: string
  /** Additional groups that contain the block. @default none */
  categories?: readonly string[]
  /**
   * Other words that users may type to find the block, such as names of the same function in other tools: at most 20
   * texts of 1 to 50 characters. The search also finds the words of the name, the description and the pins, so do not
   * repeat them. @default none
   */
  synonyms?: readonly string[]
  /**
   * Whether the block is one of the few of its plugin that most users need. Searches and suggestions list it before
   * blocks that fit equally well. @default false
   */
  common?: boolean
  /** The name of an icon of the Lucide set that editors show: `table-2`. @default the icon of the plugin */
  icon?: string
  /** @default 'standard' */
  kind?: BlockKind
  /**
   * In graphs with the pairing `FIFO`, the nodes that receive the output reuse it, instead of consuming it once. In
   * `TAGGED` graphs, every value is reused. @default false
   */
  staticOutput?: boolean
  /** Runs of one node never overlap. @default false */
  serial?: boolean
  /** @default none: the block is pure, and Ashlar may run it again at any time */
  capabilities?: Capabilities
  /** @default 'fail' */
  onCrash?: CrashPolicy
  /** The time limit of one run, 1 to 1 800 000 ms. A node can override it. @default 60 000 */
  timeoutMs?: number
  /** @default none: only the costs of its providers apply */
  costs?: readonly BlockCost<z.input<Input>>[]
  /**
   * Input pins. Describe them with `.meta({ title, description, examples, advanced, hidden, secret, placeholder })`.
   */
  input: Input
  /** Output pins. Every block also has the pin `error`. */
  output: Output
  /** Inputs and exactly what they yield, in order. The test command and `ashlar plugin test` run them. */
  tests: BlockTest<Input, Output>[]
  /**
   * Yields pairs, in the order of delivery: at most one per pin, and any number per pin that is `many`. If it throws,
   * the node fails with the message of the error.
   */
  run(input: z.output<Input>, context: BlockContext): AsyncIterable<Yielded<Output>, unknown> | Iterable<Yielded<Output>, unknown>
}

/**
 * The argument of {@link defineBlock} for a block that cannot run yet. It reserves the id, the name and the pins of the
 * block, so that graphs that contain it can be saved and imported.
 */
export interface UnavailableBlockDefinition<Input extends z.ZodObject, Output extends z.ZodObject> extends Omit<
  BlockDefinition<Input, Output>,
  'tests' | 'run'
> {
  /**
   * What the block needs and Ashlar does not have yet, in 1 to 200 characters: `'approvals by a person'`. A node of the
   * block fails with `NOT_AVAILABLE`, and its graph has a warning.
   */
  unavailable: string
}

/**
 * A block without the types of its pins. Its schemas parse inputs and outputs, so `run` accepts and yields unknown
 * values.
 */
export interface Block {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly category: string
  readonly categories: readonly string[]
  readonly synonyms: readonly string[]
  readonly common?: boolean
  readonly icon?: string
  readonly kind: BlockKind
  readonly staticOutput: boolean
  readonly serial: boolean
  readonly capabilities: Capabilities
  readonly onCrash: CrashPolicy
  readonly timeoutMs?: number
  readonly costs: readonly BlockCost[]
  /** What the block needs and Ashlar does not have yet. Undefined if the block can run. */
  readonly unavailable?: string
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  readonly tests: readonly BlockTest[]
  run(input: never, context: BlockContext): AsyncIterable<AnyYielded, unknown> | Iterable<AnyYielded, unknown>
}

type AnyYielded = [string, unknown] | Readonly<Record<string, unknown>>

/** A block with the types of its pins, for tests. */
export interface TypedBlock<Input extends z.ZodObject, Output extends z.ZodObject> extends Block {
  readonly input: Input
  readonly output: Output
}

/**
 * Declares a block. TypeScript infers the types of the inputs, the yielded pairs and the tests from `input` and
 * `output`: a wrong pin name or value does not compile.
 *
 * @throws {TypeError} when the id is not a UUID, the name is not lower case with dashes, a pin name is empty or
 * contains a dot or one of the dynamic separators `_$_`, `_#_`, `_@_`, or the markers of the pins contradict each
 * other.
 */
export function defineBlock<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: BlockDefinition<Input, Output> | UnavailableBlockDefinition<Input, Output>,
): TypedBlock<Input, Output> {
  assertIdentity(definition)
  assertPinNames(definition.name, Object.keys(definition.input.shape))
  assertPinNames(definition.name, Object.keys(definition.output.shape))
  assertMarkers(definition)
  // Only the definition has the types of `run`. The sandbox parses inputs and outputs with the schemas.
  const defaults = {
    kind: 'standard',
    categories: [],
    synonyms: [],
    staticOutput: false,
    serial: false,
    capabilities: {},
    onCrash: 'fail',
    costs: [],
    ...('unavailable' in definition && withoutCode(definition)),
  }
  return { ...defaults, ...definition } as unknown as TypedBlock<Input, Output>
}

/** A worker never calls such a block. The error is for tests that call it directly. */
function withoutCode({ name, unavailable }: { name: string; unavailable: string }): Pick<Block, 'tests' | 'run'> {
  const run = (): never => {
    throw new Error(`block ${name} is not available yet: it needs ${unavailable}`)
  }
  return { tests: [], run }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

function assertIdentity({ id, name }: { id: string; name: string }): void {
  if (!UUID.test(id)) throw new TypeError(`block ${name}: id must be a lower-case UUID, got ${JSON.stringify(id)}`)
  if (!NAME.test(name)) throw new TypeError(`block ${id}: name must be like "replace-text", got ${JSON.stringify(name)}`)
}

function assertPinNames(block: string, pins: string[]): void {
  for (const pin of pins)
    if (pin === '' || /_[$#@]_|\./.test(pin))
      throw new TypeError(
        `block ${block}: pin name ${JSON.stringify(pin)} must not be empty or contain ".", "_$_", "_#_" or "_@_"`,
      )
}

function assertMarkers({ name, input, output, staticOutput = false }: MarkedDefinition): void {
  const fault = findMarkerFault({ staticOutput, inputs: readPins(input, 'input'), outputs: readPins(output, 'output') })
  if (fault) throw new TypeError(`block ${name}: ${fault.message}`)
}

type MarkedDefinition = Pick<BlockDefinition<z.ZodObject, z.ZodObject>, 'name' | 'input' | 'output' | 'staticOutput'>
