import type { AshlarError, ErrorCode } from '../../base/index.ts'
import type { HostCallRecord } from './host-call-record.ts'
import type { CallKind, CallMessage, GuestNames } from '../channel/index.ts'

/** Code that a sandbox can run: a plugin's bundle. */
export interface Bundle {
  digest: string
  code: string
  /** Source map, JSON text, where it was just bundled: positions alone. */
  map?: string | undefined
  /** Heap that its isolates may have. @default that of the sandbox */
  memoryMb?: number | undefined
}

/** One thing to do in a sandbox. */
export interface CallRequest {
  kind: CallKind
  bundle: Bundle
  /** Who may share the process: `builtin`, or `user:<id>`. */
  cordon: string
  /** Who may share the isolate. */
  owner: string
  /** Who may share the context: an execution, or '' where contexts are reused. */
  scope: string
  /** Names what it may ask of its host: only calls with the same may share a context, since nobody can tell there whose code asks. @default '', nothing */
  grant?: string
  /** Calls of one execution go to one process where they can. */
  affinity: string
  block: string
  /** Output pins of the block; `error` and those of tools are always among them. @default any */
  pins?: ReadonlySet<string> | undefined
  /** @returns JSON text */
  input(): string
  /** Wall clock. */
  timeoutMs: number
  /** Outputs an earlier attempt has already delivered: that many are not delivered again. @default 0 */
  skipOutputs?: number
  /** Whether what it asks of its host may be performed again when its sandbox was lost. @default true */
  repeatable?: boolean
  /** JSON text of a `Stretch` (see `protocol.ts`): what the guest may run on what this yields, before anybody asks. */
  stretch?: string
}

/** A call of a stretch that the guest has begun by itself, on a value that it has just yielded. */
export interface ForeseenCall {
  /** Index in the nodes of the stretch. */
  readonly node: number
  /**
   * The call is wanted: from now on it is one as any other, and what it has yielded so far goes to the sink at once.
   *
   * @returns a function that aborts it; undefined when it is gone
   */
  adopt(request: CallRequest, sink: CallSink): (() => void) | undefined
  /** The call is not wanted. */
  drop(): void
}

/** Where the results of a call go. `end` comes once and last. */
export interface CallSink {
  /** @param foreseen the calls that the guest has begun on this value */
  output(pin: string, value: unknown, foreseen?: readonly ForeseenCall[]): void
  /** Performs what the block asks for. @throws {AshlarError} whose message the block gets */
  hostCall?(method: string, args: readonly unknown[]): Promise<unknown>
  /** The run was lost, and the call runs again from its beginning and repeats its host calls. Not called for calls that are not `repeatable`. */
  restarted?(): void
  log?(level: string, text: string): void
  /** @param fraction 0 to 1, if the guest is honest */
  progress?(fraction: number, note: string): void
  manifest?(manifest: unknown): void
  /** @param error what ended the call, when it failed: BLOCK_FAILED BLOCK_INPUT_INVALID BLOCK_OUTPUT_INVALID OUTPUT_LIMIT TIMEOUT CPU_LIMIT MEMORY_LIMIT PLUGIN_LOAD_FAILED SANDBOX_LOST, or what `hostCall` threw */
  end(error?: AshlarError): void
}

/** A call on its way: state of the pool. */
export interface Call {
  readonly id: number
  readonly request: CallRequest
  /** The name of the guest in which it runs. */
  readonly guest: string
  sink: CallSink
  /** Outputs still to be left out, because they were delivered before. */
  skip: number
  /** Over all attempts. */
  delivered: number
  /** Length of these as JSON text. */
  deliveredBytes: number
  /** Starts since the call last made progress, the current one included. */
  attempts: number
  /** How many outputs it had delivered and effects it had recorded when {@link attempts} began to count. */
  progress: number
  /** How often it was made ready to start: what is answered to an earlier start is nothing to a later one. */
  starts: number
  /** Calls to the host so far, over all attempts. */
  hostCalls: number
  /** Of these, those without an answer. */
  openHostCalls: number
  /** What it has asked of its host, where that must not be performed again. */
  readonly record: HostCallRecord | undefined
  /** Characters written to its console. */
  logged: number
  /** Its share of what its isolate has computed. */
  cpuMs: number
  /** Codes with which the host refused what it asked for: it may end with one of them. */
  refusals: Set<ErrorCode> | undefined
  /** On the clock of `performance.now()`. */
  deadline: number
  /** Its sink hears nothing more. */
  aborted: boolean
  /** The guest may be running other calls in its name, or it in another's: what goes wrong need not be its own doing. */
  stretched: boolean
}

/** What a process is sent of it. */
export function messageOf({ id, request: { kind, block, timeoutMs, input, stretch = '' }, stretched }: Call): CallMessage {
  return [id, kind, block, timeoutMs, input(), stretched ? stretch : '']
}

export function guestOf({ owner, bundle, scope, grant = '' }: CallRequest): GuestNames {
  return [owner, bundle.digest, scope, grant]
}
