import { JsonPieces, type AshlarError, type ErrorCode } from '../../base/index.ts'
import type { CallCredit } from './credit.ts'
import type { HostCallRecord } from './host-call-record.ts'
import type { CallKind, GuestNames, UsageReport } from '../channel/index.ts'

/** The bundled code of a plugin. */
export interface Bundle {
  digest: string
  code: string
  /** Source map as JSON text with positions only; set if the plugin was just bundled. */
  map?: string | undefined
  /** Heap limit of its isolates. @default the limit of the sandbox */
  memoryMb?: number | undefined
}

/** A call to make in a sandbox. */
export interface CallRequest {
  kind: CallKind
  bundle: Bundle
  /** Only calls with the same value share a process: `builtin`, or `user:<id>`. */
  cordon: string
  /** Only calls with the same value share an isolate. */
  owner: string
  /** The limit of the resident memory of the process, if its cordon belongs to the owner. @default that of all */
  processMemoryMb?: number | undefined
  /** Only calls with the same value share a context: an execution, or '' where contexts are reused. */
  scope: string
  /** Whether the call has its own context, which ends with the call. @default false */
  isExclusive?: boolean
  /**
   * Names the capabilities of the call. Only calls with the same value share a context, because the host cannot
   * determine which code of a context sent a request. @default '', no capabilities
   */
  capabilityKey?: string
  /** Calls with the same value run in the same process where possible; used for the calls of one execution. */
  affinity: string
  block: string
  /** The node of the graph. @default the call belongs to no execution */
  nodeId?: string
  /** Output pins of the block. `error` and the pins of tools are always allowed. @default any */
  pins?: ReadonlySet<string> | undefined
  /**
   * Output pins with several values. If there are any, the guest pauses the block until the sink has accepted its
   * outputs, and the limits of outputs and CPU time apply from pause to pause. @default none
   */
  manyPins?: ReadonlySet<string>
  /** @returns JSON text */
  input(): string | JsonPieces
  /** Elapsed time. */
  timeoutMs: number
  /** The number of outputs that an earlier attempt delivered. They are not delivered again. @default 0 */
  skipOutputs?: number
  /** Whether its host calls may be performed again after its sandbox was lost. @default true */
  repeatable?: boolean
  /**
   * JSON text of a `Stretch` (see `protocol.ts`): the nodes that the guest may run ahead on the outputs of this call.
   */
  stretch?: string
}

/** A call of a stretch that the guest has started ahead, on a value that it has just yielded. */
export interface ForeseenCall {
  /** Index in the nodes of the stretch. */
  readonly node: number
  /**
   * Turns the call into a normal call and immediately passes its previous outputs to the sink.
   *
   * @returns a function that aborts the call; undefined if the call no longer exists
   */
  adopt(request: CallRequest, sink: CallSink): (() => void) | undefined
  /** Discards the call. */
  drop(): void
}

/** Receives the results of a call. `end` is called once, after all other methods. */
export interface CallSink {
  /**
   * @param foreseen the calls that the guest has started ahead on this value
   * @param k the index of the iteration, if it differs from the number of earlier values of the pin
   */
  output(pin: string, value: unknown, foreseen?: readonly ForeseenCall[], k?: number): void
  /**
   * An output that an earlier attempt delivered.
   *
   * @param index its place in the outputs of the call; 0 when the call has started again
   */
  skipped?(index: number, pin: string, value: unknown, k?: number): void
  /**
   * The block is paused. Its deadline too.
   *
   * @returns a promise that resolves when the block may continue; undefined if it may continue immediately
   */
  more?(): Promise<void> | undefined
  /** Performs a request of the block. @throws {AshlarError} whose message the block receives */
  hostCall?(method: string, args: readonly unknown[]): Promise<unknown>
  /**
   * The run was lost, and the call runs again from its beginning and repeats its host calls. Not called for calls that
   * are not `repeatable`.
   */
  restarted?(): void
  log?(level: string, text: string): void
  /** @param fraction 0 to 1; not checked */
  progress?(fraction: number, note: string): void
  /** A piece of the text that the call will yield. @param offset the number of earlier characters of the text */
  stream?(pin: string, offset: number, text: string): void
  /** What a request to a paid service has consumed. Called once for each request that was performed. */
  usage?(usage: UsageReport): void
  manifest?(manifest: unknown): void
  /**
   * @param error why the call failed: BLOCK_FAILED BLOCK_INPUT_INVALID BLOCK_OUTPUT_INVALID OUTPUT_LIMIT TIMEOUT
   * CPU_LIMIT MEMORY_LIMIT PLUGIN_LOAD_FAILED SANDBOX_LOST EFFECT_INTERRUPTED, or an error of `hostCall`
   */
  end(error?: AshlarError): void
}

/** The state of a call in the pool. */
export interface Call {
  readonly id: number
  readonly request: CallRequest
  /** The name of the guest in which it runs. */
  readonly guest: string
  sink: CallSink
  /** The number of outputs to drop because they were delivered before. */
  skip: number
  /** The number of outputs of the current start. */
  received: number
  /** Of the current start, if its block has `many` pins. */
  credit: CallCredit | undefined
  /** The number of delivered outputs, over all attempts. */
  delivered: number
  /** The length of the delivered outputs as JSON text. */
  deliveredBytes: number
  /** Starts since the call last made progress, the current one included. */
  attempts: number
  /** The number of delivered outputs and recorded host calls when {@link attempts} was last reset. */
  progress: number
  /** The number of times it was prepared to start. A response to an earlier start is dropped. */
  starts: number
  /** Host calls so far, over all attempts. */
  hostCalls: number
  /** Pending host calls of the current start. */
  openHostCalls: number
  /** Its host calls, if they must not be performed again. */
  readonly record: HostCallRecord | undefined
  /** Usage reports of the current start. */
  usages: number
  /** Usage reports that a start has passed on. Responses that are in the record were paid once. */
  usagesTaken: number
  /** Characters written to its console. */
  logged: number
  /** Its share of the CPU time of its isolate. */
  cpuMs: number
  /** The codes of errors that the host returned to it. It may end with one of them. */
  refusals: Set<ErrorCode> | undefined
  /** On the clock of `performance.now()`. */
  deadline: number
  /** Its sink is no longer called. */
  aborted: boolean
  /**
   * It leads a stretch or was adopted from one. Its guest may run calls ahead, so this call may not be responsible for
   * a loss.
   */
  stretched: boolean
}

/** The JSON text of the {@link GuestCall} that starts the call. */
export function toGuestCall({ id, request: { kind, block, input, stretch = '' }, stretched }: Call): string | JsonPieces {
  const start = `{"id":${id},"kind":"${kind}","block":${JSON.stringify(block)},"input":`
  const end = stretched && stretch !== '' ? `,"stretch":${stretch}}` : '}'
  const text = input()
  return typeof text === 'string' ? `${start}${text}${end}` : new JsonPieces([start, ...text.pieces, end])
}

export function toGuestNames({ owner, bundle, scope, capabilityKey = '' }: CallRequest): GuestNames {
  return [owner, bundle.digest, scope, capabilityKey]
}
