import type { Socket } from 'node:net'
import { FrameError, FrameReader, type FromProcess } from '../channel/index.ts'
import { parseMessage } from '../calls/index.ts'
import type { ProcessConduct } from './process-conduct.ts'

/**
 * The time for which the worker handles messages of one process before it handles other events. A channel can contain
 * thousands of messages at a time.
 */
const TURN_MS = 5
/** After a pause of this length, other events were handled. */
const PAUSE_MS = 0.1

interface MessageReceiver {
  /** @returns whether the message was useful, see {@link ProcessConduct} */
  message(message: FromProcess): boolean
  /** The process sent an invalid or unexpected message. No messages follow. */
  broken(): void
}

/**
 * Receives the messages of a sandbox process.
 *
 * @returns a function that delivers the remaining messages after the channel has closed
 */
export function receiveMessages(
  channel: Socket,
  maxBytes: number,
  conduct: ProcessConduct,
  { message: take, broken }: MessageReceiver,
): () => void {
  let [isBroken, isWaiting, isClosed] = [false, false, false]
  let usedMs = 0
  let since = 0
  const breakOff = (): void => {
    if (isBroken) return
    isBroken = true
    reader.pause()
    channel.removeAllListeners('data').destroy()
    broken()
  }
  const receive = (received: unknown): void => {
    const message = parseMessage(received)
    if (!message || !conduct.expects(message)) return breakOff()
    const isUseful = take(message)
    const now = performance.now()
    const ms = now - since
    since = now
    usedMs += ms
    if (!isUseful && !conduct.countUseless(ms, now)) breakOff()
    else if (usedMs > TURN_MS && !isClosed) reader.pause()
  }
  const reader = new FrameReader(maxBytes, receive, (text) => text)
  const read = (step: () => void): void => {
    const now = performance.now()
    if (now - since > PAUSE_MS) usedMs = 0
    since = now
    try {
      step()
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      breakOff()
    }
    if (reader.isPaused && !isBroken && !isWaiting) letOthersRun()
  }
  const letOthersRun = (): void => {
    isWaiting = true
    channel.pause()
    setImmediate(() => {
      isWaiting = false
      usedMs = 0
      if (isBroken || isClosed) return
      read(() => reader.resume())
      if (!reader.isPaused) channel.resume()
    })
  }
  channel.on('data', (piece: Buffer) => read(() => reader.push(piece)))
  return () => {
    isClosed = true
    if (!isBroken) read(() => reader.resume())
  }
}
