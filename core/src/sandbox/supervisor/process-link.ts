import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { killConfined } from '../../confinement/index.ts'
import { writeFrame, type FromProcess, type ToProcess } from '../channel/index.ts'
import { CHANNEL_FD, confinedPid, getPipe, startProcess, type Launch } from '../launch/index.ts'
import { ProcessConduct } from './process-conduct.ts'
import { receiveMessages } from './process-messages.ts'

/** The worker's connection to a sandbox process. */
export interface ProcessLink {
  /** Rejects when the process ends before it can accept calls. */
  readonly ready: Promise<void>
  /** The process id in the worker's namespace. Under bubblewrap it is undefined at first. */
  readonly pid: number | undefined
  /** The last 2000 characters that the process wrote to its standard error. */
  readonly stderr: string
  send(message: ToProcess): void
  /** Sends SIGKILL, which no code in the process can delay. */
  kill(): void
}

interface ProcessLinkEvents {
  /** The process can accept calls. */
  ready(): void
  /** @returns whether the message was useful; a process that sends too many useless messages is killed */
  message(message: Exclude<FromProcess, ['ready']>): boolean
  /** The process sent an invalid or unexpected message. Its further messages are ignored, and it is being killed. */
  broken(): void
  /** The last event, called once. @param how the name of a signal, or `code <n>` */
  exited(how: string): void
}

/** Starts a process and reports its events, the first of them after the function has returned. */
export type StartProcess = (events: ProcessLinkEvents) => ProcessLink

const MAX_STDERR_CHARS = 2000
/**
 * The time after a kill at which the worker closes the streams itself. If bubblewrap is killed while it starts, an
 * orphaned process that has not run plugin code may keep them open. It ends when its channel closes.
 */
const CLOSE_STREAMS_AFTER_MS = 200
/** A shell and bubblewrap report the signal that ended a program as this plus its number. */
const SIGNAL_CODES = 128
const SIGNALS: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  31: 'SIGSYS',
}

/**
 * @param program the program of the process, see `programs.ts`
 * @param firstFrame the first frame to send to the process
 * @param maxMessageBytes the maximum size of a message from the process; a larger one ends the process
 * @param maxUselessMs for tests, see {@link ProcessConduct}
 */
export function createProcessStarter(
  launch: Launch,
  program: string,
  firstFrame: Buffer,
  maxMessageBytes: number,
  maxUselessMs?: number,
): StartProcess {
  return (events) => {
    const child = startProcess(launch, program)
    const channel = getPipe(child, CHANNEL_FD)
    if (!channel) throw new Error('the sandbox process has no channel')
    let pid = launch.isolation === 'BUBBLEWRAP' ? undefined : child.pid
    confinedPid(child).then(
      (inside) => (pid = inside ?? pid),
      () => {}, // the process ended during its start, which `close` reports
    )
    const readStderr = keepStderr(child)
    const ready = Promise.withResolvers<void>()
    ready.promise.then(events.ready, () => {}) // callers that await `ready` receive the error
    channel.on('error', () => {}) // `close` follows
    let lastResort: NodeJS.Timeout | undefined
    const kill = (): void => {
      killConfined(child)
      lastResort ??= setTimeout(() => child.stdio.forEach((stream) => stream?.destroy()), CLOSE_STREAMS_AFTER_MS)
    }
    const conduct = new ProcessConduct(maxUselessMs)
    const receiveRest = receiveMessages(channel, maxMessageBytes, conduct, {
      message(message) {
        if (message[0] !== 'ready') return events.message(message)
        ready.resolve()
        return true
      },
      broken() {
        kill()
        events.broken()
      },
    })
    child.on('error', () => {}) // the process could not be started or killed
    child.once('close', (code, signal) => {
      clearTimeout(lastResort)
      receiveRest()
      const how = describeEnd(code, signal)
      ready.reject(new Error(`the sandbox process did not start (${how}): ${readStderr()}`))
      events.exited(how)
    })
    channel.write(firstFrame)
    return {
      ready: ready.promise,
      get pid() {
        return pid
      },
      get stderr() {
        return readStderr()
      },
      send: (message) => sendFrame(channel, conduct, message),
      kill,
    }
  }
}

/** Sends the messages of one turn of the event loop in one system call. */
function sendFrame(channel: Socket, conduct: ProcessConduct, message: ToProcess): void {
  conduct.sent(message)
  if (!channel.writable) return
  if (channel.writableCorked === 0) {
    channel.cork()
    process.nextTick(() => channel.uncork())
  }
  writeFrame(channel, message)
}

function keepStderr(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (text = (text + piece).slice(-MAX_STDERR_CHARS)))
  return () => text
}

function describeEnd(code: number | null, signal: string | null): string {
  return signal ?? SIGNALS[(code ?? 0) - SIGNAL_CODES] ?? `code ${code}`
}
