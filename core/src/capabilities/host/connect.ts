import { connect, isIP, type Socket } from 'node:net'
import { errorMessage, AshlarError } from '../../base/index.ts'
import { blockedAddress, guardedLookup, parseTarget, type AddressGuard } from '../http/index.ts'
import type { UsableCredential } from '../credentials/index.ts'
import type { HostAddress } from './host-function.ts'

const CONNECT_TIMEOUT_MS = 10_000
const MAX_RECEIVED_BYTES = 64 * 1024 * 1024
const RECEIVED_CHECK_MS = 50

/** How host functions reach other machines. */
export interface Connections {
  guard: AddressGuard
  /** @default the resolver of the operating system */
  resolve?: Parameters<typeof guardedLookup>[1] | undefined
}

/**
 * Opens a TCP connection to an address that the guard permits.
 *
 * @throws {AshlarError} BAD_INPUT HTTP_DENIED HTTP_BLOCKED_ADDRESS HOST_FAILED
 */
export async function connectTo(
  { guard, resolve }: Connections,
  { host, port, encrypted, maxReceivedBytes = MAX_RECEIVED_BYTES }: HostAddress,
  credential: UsableCredential | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const url = parseAddress(host, port, encrypted)
  credential?.assertFor(url)
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1')
  // An address is not resolved, so it is checked here.
  if (isIP(hostname) > 0 && !guard.permits(hostname, hostname)) throw blockedAddress(hostname)
  signal.throwIfAborted()
  const socket = connect({
    host: hostname,
    port,
    lookup: guardedLookup(guard, resolve),
    autoSelectFamily: true,
    timeout: CONNECT_TIMEOUT_MS,
  })
  limitReceived(socket, `${host}:${port}`, maxReceivedBytes)
  return opened(socket, `${host}:${port}`, signal)
}

function parseAddress(host: string, port: number, encrypted: boolean): URL {
  const text = `${encrypted ? 'https' : 'http'}://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
  if (!/[/@?#\\\s]/.test(host) && Number.isInteger(port) && port > 0 && port < 65_536 && URL.canParse(text))
    return parseTarget(text)
  throw new AshlarError('BAD_INPUT', `host: ${JSON.stringify(`${host}:${port}`.slice(0, 100))} is not a host and a port`)
}

/** A user may name any server, and a library waits for the end of a message, however long it is. */
function limitReceived(socket: Socket, where: string, maxBytes: number): void {
  const timer = setInterval(() => {
    if (socket.bytesRead <= maxBytes) return
    socket.destroy(new AshlarError('OUTPUT_LIMIT', `host: ${where} has sent more than ${maxBytes} bytes: ask for less`))
  }, RECEIVED_CHECK_MS)
  socket.once('close', () => clearInterval(timer))
}

async function opened(socket: Socket, where: string, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const fail = (error: unknown): void => {
    socket.destroy()
    reject(error instanceof AshlarError ? error : failed(where, errorMessage(error)))
  }
  const onAbort = (): void => fail(signal.reason)
  socket.once('connect', () => resolve(socket))
  socket.once('error', fail)
  socket.once('timeout', () => fail(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)))
  // Without a listener, an error that arrives while no library listens would end the worker.
  socket.on('error', () => {})
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', onAbort)
    socket.removeAllListeners('timeout').removeListener('error', fail).setTimeout(0)
    // The connection does not outlive the run of the block.
    signal.addEventListener('abort', () => socket.destroy(), { once: true })
  }
}

function failed(where: string, why: string): AshlarError {
  return new AshlarError('HOST_FAILED', `host: ${where} could not be reached: ${why}`)
}
