import type { Fetch } from './fetch.ts'
import type { Files } from './files.ts'
import type { Credential } from './credential.ts'
import type { Storage } from './storage.ts'

/** What the host provides to a running block. */
export interface BlockContext {
  /** Aborts when the execution is cancelled or the node exceeds its time limit. */
  readonly signal: AbortSignal
  /** Values that outlive the execution. Needs the capability `storage`. */
  readonly storage: Storage
  /**
   * Sends HTTP requests, as in the Fetch standard. Needs the capability `http`; a request that the capability does not
   * allow rejects with a TypeError. There is no global `fetch`, because the host could not determine which block calls
   * it. Pass this function to libraries that accept one.
   */
  readonly fetch: Fetch
  /**
   * Returns the credential for a provider: `github` of the block's own plugin, or `other-plugin/github`. Needs the
   * capability `credentials`. It is the credential that the node names, or else the user's only credential for this
   * provider. Rejects with `CREDENTIAL_MISSING` when there is none.
   */
  readonly credentials: (provider: string) => Promise<Credential>
  /**
   * Waits durably for up to 30 days, in milliseconds. Needs the capability `sleep`.
   *
   * A sleep ends the call (`signal` aborts) and holds no resources. After the wait the block runs again from the start,
   * on the same inputs and with a new time limit. Ashlar does not deliver the same outputs twice, and a sleep that is
   * over returns immediately. Ashlar identifies sleeps by their number, so a block must do the same each time up to its
   * current sleep: call `sleep` even if the time may have passed, as in `sleep(due - Date.now())`. Zero and negative
   * values do not wait. Effects and log lines before a sleep happen again. Concurrent sleeps run one after the other.
   * In `tests` every sleep returns immediately.
   */
  readonly sleep: (ms: number) => Promise<void>
  /**
   * Returns the idempotency key of this run. The key is the same when the block runs again after a crash or as a retry
   * of its node. Send it in the header `Idempotency-Key` to a service that supports the header. If one run sends
   * several requests, append a colon and a suffix of your own. After a crash, Ashlar repeats a request that carries the
   * key, whatever its method.
   */
  readonly idempotencyKey: () => Promise<string>
  /**
   * Reports progress to users: a fraction from 0 to 1, and a note of at most 200 characters. If reports arrive too
   * fast, users see only the newest one.
   */
  readonly progress: (fraction: number, note?: string) => void
  /**
   * Shows users a piece of a text while the block still produces it: the next characters of the text that the block
   * will yield on this output pin. Yield the whole text at the end, because pieces are not stored. A subscriber of
   * `executionEvents` receives the pieces as `NodeOutputDelta`, and misses some if they arrive too fast. After the pin
   * has yielded, the next piece starts a new text.
   */
  readonly stream: (pin: string, text: string) => void
  /**
   * Records what a call of a paid service has consumed. The journal stores it with the node execution, and users see
   * the sums. Call it once for each request, as soon as the service has answered.
   */
  readonly usage: (usage: Usage) => void
  /**
   * Writes a line to the log of this run. Unlike `console`, it also works after an `await`, where the host cannot
   * determine which run a console line belongs to. @default level 'info'
   */
  readonly log: (text: string, level?: LogLevel) => void
  /**
   * Reads the values of an input that is `paged`, in order, each time from the first one. A small list is in the input
   * itself. Ashlar reads a large one from the journal while the block runs, so it can be larger than the memory.
   */
  readonly collected: (pin: string) => AsyncIterable<unknown>
  /**
   * Calls a function of a host module, such as `smtp/send`. Needs the capability `host` with this name. `input` and the
   * result are JSON values. With `credential`, the name of a provider in `credentials`, the function receives the
   * secret of the user's credential; the block does not. Rejects with HOST_MODULE_MISSING if the operator of the
   * installation does not provide the function, HOST_REFUSED if the function rejects the call, and HOST_FAILED if its
   * service cannot be reached.
   */
  readonly host: (name: string, input: unknown, options?: { readonly credential?: string }) => Promise<unknown>
  /** The files of the execution. Needs the capability `files`. */
  readonly files: Files
}

/** What one request to a paid service has consumed. */
export interface Usage {
  /** The service, such as `anthropic`. 1 to 100 characters. */
  provider: string
  /** 1 to 200 characters. */
  model: string
  /** All tokens of the request, those read from a cache included. @default 0 */
  inputTokens?: number
  /** All tokens of the response. @default 0 */
  outputTokens?: number
  /** The part of `inputTokens` that was read from a cache. @default 0 */
  cachedTokens?: number
  /** The price in US dollars; null if it is unknown. @default null */
  costUsd?: number | null
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
