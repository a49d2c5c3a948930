import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { decodeDelta, encodeDelta, executionOf, type OutputDelta } from './delta.ts'
import { createDeltaSender, DeltaBuffer, type DeltaSender } from './index.ts'

const ID = '01939a5e-0000-7000-8000-000000000001'
const piece = (offset: number, text: string, more: Partial<OutputDelta> = {}): OutputDelta => {
  return { node: 'n', n: 1, attempt: 1, pin: 'out', offset, text, after: 2, ...more }
}

describe('encodeDelta', () => {
  it.each([
    ['control characters', '\u0000'.repeat(5000)],
    ['text of three bytes', '語'.repeat(5000)],
    ['pairs', 'x' + '😀'.repeat(5000)],
    ['half characters', '\ud83d'.repeat(5000)],
  ])('fits %s into a payload', (_name, text) => {
    const { payload = '', chars = 0 } = encodeDelta(ID, piece(0, text)) ?? {}
    expect(Buffer.byteLength(payload)).toBeLessThan(8000)
    expect(chars).toBeGreaterThan(900)
    expect(executionOf(payload)).toBe(ID)
    expect(decodeDelta(payload)).toEqual(piece(0, text.slice(0, chars)))
    expect(payload).not.toContain('\u0000')
  })

  it('does not divide a pair', () => {
    const { chars = 0 } = encodeDelta(ID, piece(0, 'x' + '😀'.repeat(5000))) ?? {}
    expect(chars % 2).toBe(1)
  })

  it('returns nothing if the names leave no space', () => {
    expect(encodeDelta(ID, piece(0, 'x', { node: 'n'.repeat(9000) }))).toBeUndefined()
  })
})

describe('a sender', () => {
  const sent: OutputDelta[][] = []
  let sender: DeltaSender
  let ends: (() => void)[] = []
  const run = {}
  const source = { run, executionId: ID, ownerId: 'owner' }
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'performance', 'clearTimeout', 'clearImmediate'] })
    sent.length = 0
    ends = []
    const query = (config: { values: [string[]] }): Promise<void> => {
      sent.push(config.values[0].map(decodeDelta))
      return new Promise((resolve) => ends.push(resolve))
    }
    sender = createDeltaSender({ query } as never)
  })
  afterEach(() => {
    sender.close()
    vi.useRealTimers()
  })
  const pass = async (ms: number): Promise<void> => {
    ends.splice(0).forEach((end) => end())
    await vi.advanceTimersByTimeAsync(ms)
  }

  it('sends the first piece at once and joins those of the next 25 ms', async () => {
    sender.add(source, piece(0, 'a'))
    await pass(1)
    for (const [i, text] of ['b', 'c'].entries()) sender.add(source, piece(1 + i, text))
    await pass(20)
    expect(sent).toEqual([[piece(0, 'a')]])
    await pass(10)
    expect(sent.slice(1)).toEqual([[piece(1, 'bc')]])
  })

  it('sends the first piece after an output at once', async () => {
    sender.add(source, piece(0, 'a'))
    await pass(1)
    sender.drop(run, 'out')
    sender.add(source, piece(0, 'x'))
    await pass(1)
    expect(sent).toEqual([[piece(0, 'a')], [piece(0, 'x')]])
  })

  it('does not send what waits when the run ends', async () => {
    sender.add(source, piece(0, 'a'))
    await pass(1)
    sender.add(source, piece(1, 'b'))
    sender.drop(run)
    await pass(100)
    expect(sent).toEqual([[piece(0, 'a')]])
  })

  it('gathers while a statement runs, and keeps the newest 16 000 characters', async () => {
    sender.add(source, piece(0, 'a'))
    await vi.advanceTimersByTimeAsync(1)
    for (let i = 0; i < 40; i++) sender.add(source, piece(1 + i * 1000, 'x'.repeat(1000)))
    await vi.advanceTimersByTimeAsync(100)
    expect(sent).toHaveLength(1)
    await pass(1)
    expect(sent[1]?.[0]?.offset).toBe(24_001)
  })

  it('takes four texts of a run', async () => {
    for (const pin of ['a', 'b', 'c', 'd', 'e']) sender.add(source, piece(0, pin, { pin }))
    await pass(1)
    expect(sent.flat().map(({ pin }) => pin)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('limits the bytes of an owner per second, and not those of another one', async () => {
    for (let i = 0; i < 400; i++) {
      sender.add({ run: source, executionId: ID, ownerId: 'loud' }, piece(i * 16_000, 'x'.repeat(16_000)))
      await pass(10)
    }
    const bytes = sent.flat().reduce((sum, { text }) => sum + text.length, 0)
    expect(bytes).toBeLessThan(5 * 256 * 1024 + 8000)
    expect(bytes).toBeGreaterThan(2 * 256 * 1024)
    sent.length = 0
    sender.add(source, piece(0, 'quiet'))
    await pass(10)
    expect(sent.flat().map(({ text }) => text.slice(0, 5))).toContain('quiet')
  })
})

describe('a buffer', () => {
  it('holds a piece until the events before it have passed', () => {
    const buffer = new DeltaBuffer()
    buffer.add(piece(0, 'a', { after: 3 }))
    expect(buffer.take(2)).toEqual([])
    expect(buffer.take(3)).toEqual([piece(0, 'a', { after: 3 })])
    expect(buffer.take(3)).toEqual([])
  })

  it('drops a piece whose text or node execution has ended', () => {
    const buffer = new DeltaBuffer()
    buffer.passed({ type: 'NodeOutput', node: 'n', n: 1, pin: 'out', value: 'ab', seq: 4, at: 0 })
    buffer.passed({ type: 'NodeFinished', node: 'n', n: 2, attempt: 1, seq: 5, at: 0 })
    for (const late of [piece(1, 'b'), piece(0, 'c', { pin: 'other' }), piece(0, 'd', { n: 2 }), piece(0, 'e', { after: 4 })])
      buffer.add(late)
    expect(buffer.take(5).map(({ text }) => text)).toEqual(['c', 'e'])
  })

  it('drops the oldest pieces of a slow reader', () => {
    const buffer = new DeltaBuffer()
    for (let i = 0; i < 100; i++) buffer.add(piece(i * 1000, 'x'.repeat(1000)))
    const offsets = buffer.take(9).map(({ offset }) => offset)
    expect([offsets.length, offsets[0]]).toEqual([65, 35_000])
  })
})
