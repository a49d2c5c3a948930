/**
 * Creates the snapshot of isolates once for all sandbox processes of a worker, because that takes longer than the rest
 * of their start. Receives a frame with the prelude and sends a frame with the snapshot in Base64. No plugin code runs
 * in this process.
 */
import { Socket } from 'node:net'
import { FrameReader, writeFrame } from '../channel/index.ts'
import type { Prelude } from '../programs/index.ts'
import { createSnapshot } from './guest-isolates.ts'

const CHANNEL_FD = 3
const channel = new Socket({ fd: CHANNEL_FD })
const reader = new FrameReader(Infinity, (prelude) => {
  const snapshot = createSnapshot(prelude as Prelude)
  writeFrame(channel, Buffer.from(snapshot).toString('base64'))
  channel.end()
})
channel.on('data', (piece: Buffer) => reader.push(piece))
