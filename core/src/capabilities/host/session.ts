import { Readable } from 'node:stream'
import { AshlarError, errorMessage, showValue } from '../../base/index.ts'
import { DEFAULT_WORKSPACE_LIMITS, parseWorkspacePath, type Workspaces } from '../../workspaces/index.ts'
import { type Caller, capabilityMissing, type CapabilitySession, OwnerCounts, unknownHostCall } from '../capability/index.ts'
import type { RunCredentials, UsableCredential } from '../credentials/index.ts'
import { assertFilesGranted, type FilesGrant } from '../files/index.ts'
import { connectTo, type Connections } from './connect.ts'
import type { HostGrant } from './grant.ts'
import { isHostFailure, type HostContext, type HostFunction } from './host-function.ts'
import { missingFunction } from './missing-function.ts'
import { toResult } from './result.ts'

type HostCaller = Caller<{ host?: HostGrant | undefined; files?: FilesGrant | undefined }>

export interface HostSessionParts {
  findFunction(name: string): HostFunction | undefined
  connections: Connections
  credentials: RunCredentials
  workspaces: Pick<Workspaces, 'openFor'> | undefined
  /** The calls of each owner in this worker. */
  open: OwnerCounts
}

/** Calls that all runs of one owner in a worker may have open. */
export const MAX_OPEN_OF_OWNER = 64
const TIMEOUT_MS = 300_000

/**
 * The calls of host functions by one run of a block: `host.call(name, input, credential)`. `credential` is the provider
 * whose secret the function receives, or null. The run ends without waiting for a function that ignores its signal.
 *
 * @throws {AshlarError} CAPABILITY_MISSING HOST_MODULE_MISSING HOST_MODULE_FAILED HOST_FAILED HOST_REFUSED OUTPUT_LIMIT,
 * and the codes of credentials, connections and files
 */
export function createHostSession(parts: HostSessionParts, caller: HostCaller): CapabilitySession {
  const ended = new AbortController()
  return {
    getEffect: () => 'once',
    async perform(method, [name, input, credential]) {
      if (method !== 'host.call') throw unknownHostCall(caller.block, method)
      const granted = assertGranted(caller, name)
      const found = findFunction(parts, caller, granted)
      const usable = typeof credential === 'string' ? await parts.credentials.use(credential) : undefined
      assertAccepted(granted, found, usable)
      return callWithin(parts, caller, { name: granted, found, input, usable, ended: ended.signal })
    },
    close: () => ended.abort(new AshlarError('HOST_FAILED', 'host: the run of the block has ended')),
  }
}

function assertGranted({ block }: HostCaller, name: unknown): string {
  if (typeof name === 'string' && block.capabilities.host?.includes(name)) return name
  throw capabilityMissing(block, `host ${showValue(name)}`, `host: [${showValue(name)}]`)
}

function findFunction({ findFunction: find }: HostSessionParts, { block }: HostCaller, name: string): HostFunction {
  const found = find(name)
  if (!found) throw missingFunction(block.qualifiedName, name)
  const [plugin = ''] = block.qualifiedName.split('/')
  if (found.plugins && !found.plugins.includes(plugin))
    throw new AshlarError(
      'CAPABILITY_MISSING',
      `block ${block.qualifiedName}: the operator allows the host function ${name} only to the plugins ${found.plugins.join(', ')}`,
    )
  return found
}

/** A function never receives the secret of a provider that it does not expect. */
function assertAccepted(name: string, { providers }: HostFunction, usable: UsableCredential | undefined): void {
  if (!providers || (usable && providers.includes(usable.facts.provider))) return
  const got = usable ? `got one of ${usable.facts.provider}` : 'got none'
  throw new AshlarError('BAD_INPUT', `the host function ${name} needs a credential of ${providers.join(' or ')}, ${got}`)
}

interface HostCall {
  name: string
  found: HostFunction
  input: unknown
  usable: UsableCredential | undefined
  ended: AbortSignal
}

async function callWithin(parts: HostSessionParts, caller: HostCaller, call: HostCall): Promise<unknown> {
  const { name, found, ended } = call
  const { ownerId } = caller.execution
  if (!parts.open.add(ownerId))
    throw new AshlarError('OUTPUT_LIMIT', `host: the blocks of one user may have ${MAX_OPEN_OF_OWNER} calls open at a time`)
  const limitMs = found.timeoutMs ?? TIMEOUT_MS
  const stop = new AbortController()
  const timedOut = new AshlarError('HOST_FAILED', `the host function ${name} did not end within ${limitMs} ms`)
  const timer = setTimeout(() => stop.abort(timedOut), limitMs)
  const signal = AbortSignal.any([ended, stop.signal])
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  aborted.catch(() => {}) // it may be rejected after the call has ended
  try {
    ended.throwIfAborted()
    const running = call.found.run(call.input, createContext(parts, caller, call, signal))
    return toResult(name, await Promise.race([running, aborted]), call.usable)
  } catch (error) {
    throw toFailure(name, error, call.usable)
  } finally {
    clearTimeout(timer)
    parts.open.remove(ownerId)
    stop.abort(new AshlarError('HOST_FAILED', `the call of the host function ${name} has ended`))
  }
}

function createContext(
  { connections, workspaces }: HostSessionParts,
  { execution, block, idempotencyKey }: HostCaller,
  { usable }: HostCall,
  signal: AbortSignal,
): HostContext {
  return {
    secret: usable?.secret,
    credential: usable?.facts,
    signal,
    block: block.qualifiedName,
    idempotencyKey,
    connect: (to) => connectTo(connections, to, usable, signal),
    async openFile(path) {
      assertFilesGranted(block, 'read')
      if (!workspaces) throw new AshlarError('CONFIG_INVALID', 'files: this installation has no folder for files')
      const workspace = await workspaces.openFor(execution.id)
      const reader = await workspace.open(parseWorkspacePath(path, DEFAULT_WORKSPACE_LIMITS))
      signal.addEventListener('abort', () => void reader.close(), { once: true })
      return { bytes: reader.bytes, stream: Readable.from(readChunks(reader)) }
    },
  }
}

async function* readChunks(reader: { read(): Promise<Buffer | null>; close(): Promise<void> }): AsyncGenerator<Buffer, void> {
  try {
    for (let chunk = await reader.read(); chunk; chunk = await reader.read()) yield chunk
  } finally {
    await reader.close()
  }
}

/**
 * Passes errors on that are meant for the block. Every other error of a function is for the operator only. The secret
 * is masked in both.
 */
function toFailure(name: string, error: unknown, usable: UsableCredential | undefined): AshlarError {
  if (error instanceof AshlarError) return error
  const mask = usable?.scrubber.text ?? ((text: string) => text)
  const message = mask(errorMessage(error))
  if (isHostFailure(error)) return new AshlarError(error.retryable === true ? 'HOST_FAILED' : 'HOST_REFUSED', message)
  const cause = new Error(message)
  cause.stack = mask((error instanceof Error && error.stack) || String(error))
  return new AshlarError('HOST_MODULE_FAILED', `the host function ${name} failed`, { cause })
}
