import type { z } from 'zod'
import type { BlockTest } from './block-test.ts'
import type { BlockCost } from './cost.ts'
import type { Credential } from './credential.ts'
import type { Fetch } from './fetch.ts'
import type { Files, FilesGrant } from './files.ts'

/**
 * A pair `[pin, value]` that `run` yields: one of the block's output pins with a value of its type, the `error` pin
 * with a message, or a tool pin (`tools_^_<node id>_~_<pin>`) that addresses one node.
 */
export type Yielded<Output extends z.ZodObject> =
  | { [Pin in keyof z.input<Output> & string]-?: [pin: Pin, value: z.input<Output>[Pin]] }[keyof z.input<Output> & string]
  | [pin: 'error', message: string]
  | ('tools' extends keyof z.input<Output> ? [pin: ToolPin, value: unknown] : never)

/** Addresses one node: an output pin of every block that has the output pin `tools`. */
export type ToolPin = `tools_^_${string}_~_${string}`

/** What the host gives to a running block. */
export interface BlockContext {
  /** Aborts when the execution is cancelled or the deadline of the node has passed. */
  readonly signal: AbortSignal
  /** Values that outlive the execution; needs the capability `storage`. */
  readonly storage: Storage
  /**
   * Requests to the outside, as in the Fetch standard; needs the capability `http`, and rejects with a TypeError what that does
   * not allow. There is no global `fetch`, since nobody could tell for which block it acts: give this one to libraries that take one.
   */
  readonly fetch: Fetch
  /**
   * The credential for a provider: `github` of the block's own plugin, or `other-plugin/github`. Needs the capability `credentials`.
   * It is the one that the node names, or the only one that there is; rejects with `CREDENTIAL_MISSING` where there is none.
   */
  readonly credentials: (provider: string) => Promise<Credential>
  /**
   * A durable wait of up to 30 days, in milliseconds; needs the capability `sleep`.
   *
   * It holds nothing: the call ends (`signal` aborts), and the time limit of the node counts from new. After it the block is run again from its
   * beginning, on the same inputs: outputs that were delivered are not delivered again, and its first, second … sleep returns at once
   * where that is over. So up to where it had come, a block must do the same each time; what it does outside and what it logs
   * before a sleep happens again. Sleep also when the time may be over, as in `sleep(due - Date.now())`, since sleeps go by their number: 0 and
   * less is no wait. Sleeps begun at once come one after the other. In `tests` each returns at once.
   */
  readonly sleep: (ms: number) => Promise<void>
  /**
   * Returns the idempotency key of this run. The key is the same when the block runs again after a crash or as a retry of its node.
   * Send it in the header `Idempotency-Key` to a service that supports the header. If one run sends several requests, append a colon
   * and a suffix of your own. After a crash, Ashlar repeats a request that carries the key, whatever its method.
   */
  readonly idempotencyKey: () => Promise<string>
  /** Tells people how far it is, 0 to 1, and in a note of at most 200 characters what it does. Of what comes too often the newest is shown. */
  readonly progress: (fraction: number, note?: string) => void
  /** Writes a line to the log of this run. Of a line on the console nobody can tell after an `await` whose it is. @default level 'info' */
  readonly log: (text: string, level?: LogLevel) => void
  /** The files of the execution; needs the capability `files`. */
  readonly files: Files
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * Whose values they are: those of one graph, of all graphs of a user, or those of a user that only blocks of this plugin
 * see, in whichever graph or by themselves.
 */
export type StorageScope = 'graph' | 'user' | 'plugin'

/**
 * A key-value store. Keys have at most 200 characters, values 64 KiB as JSON; a scope holds at most 10 000 keys and 64 MiB, where
 * each value with its key counts as whole KiB. Each call is one transaction. What is too large rejects with OUTPUT_LIMIT.
 */
export interface Storage {
  /** @returns null when there is none */
  get(scope: StorageScope, key: string): Promise<unknown>
  set(scope: StorageScope, key: string, value: unknown): Promise<void>
  /** Sets the value when it still is `expected` (null: none). @returns whether it was set */
  compareAndSet(scope: StorageScope, key: string, expected: unknown, value: unknown): Promise<boolean>
  delete(scope: StorageScope, key: string): Promise<void>
  /** Keys in the order of their characters, at most `first`; those that follow are listed `after` the last. */
  list(scope: StorageScope, page?: StoragePage): Promise<string[]>
}

/** Which keys to list: of those that begin with `prefix` (@default all), after the key `after`, the `first` (@default 1000, at most 1000). */
export interface StoragePage {
  readonly prefix?: string
  readonly after?: string
  readonly first?: number
}

/** Which requests a block may send: see {@link Capabilities}. */
export type HttpGrant = string | { readonly fromInput: string; readonly redirects?: 'public' } | { readonly anyHost: true }

/** A provider, and what its user must have granted (OAuth 2): see {@link Capabilities}. */
export type CredentialGrant = string | { readonly provider: string; readonly scopes: readonly string[] }

/** Powers beyond computing on the inputs. What a block does not name here, it cannot do. People see them before they run it. */
export interface Capabilities {
  /** Reads and writes values that outlive the execution. */
  storage?: readonly StorageScope[]
  /**
   * Sends requests to the hosts named here, and to no other. An entry is a rule like `"GET,POST api.github.com/repos/*"`,
   * {@link fromInput} or {@link anyHost}. In a rule the methods, a port and a path may be left out, `*.example.com` stands for the
   * hosts below example.com, and `*` in a path for any characters. Redirects need a rule too, unless {@link fromInput} allows them.
   */
  http?: readonly HttpGrant[]
  /**
   * Sends requests with the user's credentials for these providers, without seeing the secret: `github` of its own plugin,
   * `other/github`. `{ provider: 'github', scopes: ['repo'] }` takes an OAuth 2 credential only when the user has granted these.
   */
  credentials?: readonly CredentialGrant[]
  /** Reads the secrets of the user's credentials for these providers. People are told so before they run the block. */
  'credentials.reveal'?: readonly CredentialGrant[]
  /** Waits durably. With a capability that can be seen outside it needs `onCrash: 'retry'`, since what stands before a sleep is run again. */
  sleep?: true
  /** Reads files of the execution, writes them, or both. */
  files?: readonly FilesGrant[]
}

/**
 * Determines what happens if a worker dies after a block has begun an effect and before the result of the block is committed. If the
 * block has only read data until then (GET, HEAD and OPTIONS requests, values, files), or if its requests carry its idempotency key,
 * Ashlar runs the block again and ignores this setting.
 *
 * - `fail` ends the node with `EFFECT_INTERRUPTED`.
 * - `retryable` ends the node with `EFFECT_INTERRUPTED`, and the `retry` of the node in its graph may repeat the run. Use it if the
 *   author of the graph decides whether the effect may happen twice.
 * - `retry` runs the block again. Use it if the effect may happen twice.
 */
export type CrashPolicy = 'fail' | 'retryable' | 'retry'

/**
 * How the runtime treats a block: `standard` runs; `input` and `output` are the named ends of a graph;
 * `note` is a remark for people and never runs; `graph` runs another graph as a child execution; `trigger` stands where an
 * event from outside begins an execution; `approval` waits for a person's answer.
 */
export type BlockKind = 'standard' | 'input' | 'output' | 'note' | 'graph' | 'trigger' | 'approval'

/** What pins say of themselves beside their type: `z.string().meta({ title: 'Key', secret: true })`, last in the chain. */
declare module 'zod' {
  interface GlobalMeta {
    /** Values that show what is meant. */
    examples?: unknown[]
    /** Shown only to those who ask for more. */
    advanced?: boolean
    /** Never shown; graphs still may set it. */
    hidden?: boolean
    /** Editors show its value as dots. What must stay secret also from the journal belongs into a credential. */
    secret?: boolean
    /** Shown in an empty field. */
    placeholder?: string
  }
}

/** What an author writes: see {@link defineBlock}. */
export interface BlockDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  /** UUID, for ever: graphs refer to it. */
  id: string
  /** Unique in its plugin, lower case with dashes: `replace`. Qualified by the plugin it reads `text/replace`. */
  name: string
  /** One sentence, shown where people pick blocks. */
  description: string
  /** Upper case, for grouping: `TEXT`. */
  category: string
  /** More groups in which people find it. @default none */
  categories?: readonly string[]
  /** @default 'standard' */
  kind?: BlockKind
  /** The output is kept and reused by the nodes it feeds, instead of being consumed once. @default false */
  staticOutput?: boolean
  /** Runs of one node never overlap. @default false */
  serial?: boolean
  /** @default none: the block only computes, and may be run again at any time */
  capabilities?: Capabilities
  /** @default 'fail' */
  onCrash?: CrashPolicy
  /** Wall clock of one run, 1 to 1 800 000 ms; a node of a graph may say another. @default 60 000 */
  timeoutMs?: number
  /** @default none: it is free, apart from what its providers cost */
  costs?: readonly BlockCost<z.input<Input>>[]
  /** Input pins. What people see of them comes from `.meta({ title, description, examples, advanced, hidden, secret, placeholder })`. */
  input: Input
  /** Output pins. Every block also has the pin `error`. */
  output: Output
  /** Run by the test command and by `ashlar plugin test`: inputs, and the exact pairs in order. */
  tests: BlockTest<Input, Output>[]
  /** Yields pairs, any number per pin, in the order they are to be delivered. Throwing fails the node with that message. */
  run(input: z.output<Input>, context: BlockContext): AsyncIterable<Yielded<Output>, unknown> | Iterable<Yielded<Output>, unknown>
}

/** A block as the sandbox holds it: its schemas parse at both ends, so `run` takes and yields unknown values. */
export interface Block {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly category: string
  readonly categories: readonly string[]
  readonly kind: BlockKind
  readonly staticOutput: boolean
  readonly serial: boolean
  readonly capabilities: Capabilities
  readonly onCrash: CrashPolicy
  readonly timeoutMs?: number
  readonly costs: readonly BlockCost[]
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  readonly tests: readonly BlockTest[]
  run(input: never, context: BlockContext): AsyncIterable<[string, unknown], unknown> | Iterable<[string, unknown], unknown>
}

/** A block with the types of its pins, for those who test it. */
export interface TypedBlock<Input extends z.ZodObject, Output extends z.ZodObject> extends Block {
  readonly input: Input
  readonly output: Output
}

/**
 * Declares a block. Types of the inputs, the yielded pairs and the tests follow from `input` and `output`: a wrong pin
 * name or value does not compile.
 *
 * @throws {TypeError} when the id is not a UUID, the name is not lower case with dashes, or a pin name is empty or
 * contains one of the dynamic separators `_$_`, `_#_`, `_@_`.
 */
export function defineBlock<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: BlockDefinition<Input, Output>,
): TypedBlock<Input, Output> {
  assertIdentity(definition)
  assertPinNames(definition.name, Object.keys(definition.input.shape))
  assertPinNames(definition.name, Object.keys(definition.output.shape))
  // `run` keeps its author's types only at the definition; behind it the schemas guard both ends.
  const defaults = {
    kind: 'standard',
    categories: [],
    staticOutput: false,
    serial: false,
    capabilities: {},
    onCrash: 'fail',
    costs: [],
  }
  return { ...defaults, ...definition } as unknown as TypedBlock<Input, Output>
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
