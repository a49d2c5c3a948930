import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { killConfined } from '../../confinement/index.ts'
import { FrameReader, writeFrame } from '../channel/index.ts'
import { CHANNEL_FD, getPipe, startProcess, type Launch } from './launch.ts'
import { buildProgram, type Prelude } from '../programs/index.ts'

/** To create the snapshot, which takes about 0.2 s. */
const TIMEOUT_MS = 60_000

/** @returns the start-up snapshot of isolates in Base64, about 3 MB: V8's heap after the evaluation of the prelude */
export async function buildSnapshot(launch: Launch, prelude: Prelude): Promise<string> {
  const child = startProcess(launch, await buildProgram('process/snapshot'))
  const channel = getPipe(child, CHANNEL_FD)
  if (!channel || !child.stderr) throw new Error('the sandbox process has no channel')
  channel.on('error', () => {}) // the process has ended, which is reported below
  const received: unknown[] = []
  const reader = new FrameReader(Infinity, (message) => received.push(message))
  channel.on('data', (piece: Buffer) => reader.push(piece))
  writeFrame(channel, prelude)
  const timer = setTimeout(() => killConfined(child), TIMEOUT_MS)
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]).finally(() => clearTimeout(timer))
  const [snapshot] = received
  if (typeof snapshot !== 'string') throw new Error(`cannot create the snapshot of isolates: ${stderr}`)
  return snapshot
}
