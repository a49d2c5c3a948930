import { expect, it, vi } from 'vitest'
import { JsonPieces, type AshlarError } from '../../base/index.ts'
import type { Call } from './call.ts'
import { CallQueue } from './call-queue.ts'

const MIB = 1024 * 1024

function createQueue() {
  const sent: number[] = []
  const refused: AshlarError[] = []
  const queue = new CallQueue({
    send: (batches) => void sent.push(batches.length),
    refuse: (_call, error) => void refused.push(error),
    inFlight: () => 1,
  })
  return { queue, sent, refused }
}

function callOf(id: number, ...pieces: Buffer[]): Call {
  const request = { kind: 'run', block: 'b', owner: 'o', scope: '', bundle: { digest: 'd' }, input: () => new JsonPieces(pieces) }
  return { id, guest: 'g', stretched: false, request } as never
}

it('divides calls that share a long value into messages of at most 64 MiB', async () => {
  const { queue, sent, refused } = createQueue()
  const value = Buffer.alloc(8 * MIB)
  for (let id = 1; id <= 300; id++) queue.add(callOf(id, value))
  await vi.waitFor(() => expect(sent).toHaveLength(Math.ceil(300 / 7)))
  expect(refused).toEqual([])
})

it('refuses a call whose inputs are longer than 256 MiB', async () => {
  const { queue, sent, refused } = createQueue()
  queue.add(callOf(1, ...Array<Buffer>(40).fill(Buffer.alloc(8 * MIB))))
  await vi.waitFor(() => expect(refused).toHaveLength(1))
  expect(refused).toMatchObject([{ code: 'INPUT_LIMIT', message: expect.stringMatching(/the limit is 268435456/) }])
  expect(sent).toEqual([])
})
