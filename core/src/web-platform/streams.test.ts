import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

describe('streams', () => {
  it('can be read, iterated, teed and piped', async () => {
    const code = `const [a, b] = streamOf(1, 2).tee(); const doubled = a.pipeThrough(new TransformStream({ transform: (n, c) => c.enqueue(n * 2) }))
      return [await read(doubled), await read(b), await read(ReadableStream.from([Promise.resolve('x'), 'y']))]`
    expect(await guest.evaluate(code)).toEqual([
      [2, 4],
      [1, 2],
      ['x', 'y'],
    ])
  })

  it('report back pressure according to their strategy', async () => {
    const code = `let c; new ReadableStream({ start(x) { c = x } }, new CountQueuingStrategy({ highWaterMark: 2 })); const sizes = [c.desiredSize]; c.enqueue('a'); sizes.push(c.desiredSize)
      let d; new ReadableStream({ start(x) { d = x } }, new ByteLengthQueuingStrategy({ highWaterMark: 10 })); d.enqueue(new Uint8Array(12)); return [...sizes, d.desiredSize]`
    expect(await guest.evaluate(code)).toEqual([2, 1, -2])
  })

  it('read into a buffer of the caller', async () => {
    const code = `const s = new ReadableStream({ type: 'bytes', pull(c) { const v = c.byobRequest.view; v[0] = 9; c.byobRequest.respond(1) } })
      const { value, done } = await s.getReader({ mode: 'byob' }).read(new Uint8Array(4)); return [[...value], value.buffer.byteLength, done]`
    expect(await guest.evaluate(code)).toEqual([[9], 4, false])
  })

  it('write chunks in order and reject after an error', async () => {
    const code = `const log = []; const w = new WritableStream({ async write(x) { await null; log.push(x); if (x === 2) throw new RangeError('no') } }).getWriter()
      w.closed.catch(() => {}); w.ready.catch(() => {}); await w.write(1); log.push(await caught(() => w.write(2))); log.push(await caught(() => w.write(3))); return log`
    expect(await guest.evaluate(code)).toEqual([1, 2, 'RangeError', 'RangeError'])
  })

  it('stop piping with the reason of a signal that aborts', async () => {
    const code = `const c = new AbortController(); let canceled; const from = new ReadableStream({ cancel(r) { canceled = r.name } })
      const piped = from.pipeTo(new WritableStream(), { signal: c.signal }); c.abort(); return [await caught(() => piped), canceled, from.locked, await caught(() => from.pipeTo(new WritableStream(), { signal: {} }))]`
    expect(await guest.evaluate(code)).toEqual(['AbortError', 'AbortError', false, 'TypeError'])
  })

  it('reject a second reader', async () => {
    expect(
      await guest.evaluate(
        `const s = streamOf(); s.getReader(); return [s.locked, await caught(() => s.getReader()), await caught(() => s.cancel())]`,
      ),
    ).toEqual([true, 'TypeError', 'TypeError'])
  })
})

/** "hello" as compressed by Python's zlib. */
const HELLO = {
  gzip: '1f8b0800000000000003cb48cdc9c9070086a6103605000000',
  deflate: '789ccb48cdc9c907000 62c0215'.replace(' ', ''),
  'deflate-raw': 'cb48cdc9c90700',
}
const inflate = (format: string, ...pieces: string[]): string =>
  `const out = await read(streamOf(${pieces.map((piece) => `Uint8Array.fromHex('${piece}')`).join()}).pipeThrough(new DecompressionStream('${format}')))
   return new TextDecoder().decode(await new Blob(out).arrayBuffer())`

describe('compression', () => {
  it.each(Object.entries(HELLO))('decompresses %s in one piece or in single bytes', async (format, data) => {
    expect(await guest.evaluate(inflate(format, data))).toBe('hello')
    expect(await guest.evaluate(inflate(format, ...(data.match(/../g) ?? [])))).toBe('hello')
  })

  it.each(['gzip', 'deflate', 'deflate-raw'])('decompresses 300 000 bytes that it compressed as %s', async (format) => {
    const code = `const data = new Uint8Array(300_000).map((_, i) => (i * i) % 251)
      const packed = new Blob(await read(new Blob([data]).stream().pipeThrough(new CompressionStream('${format}'))))
      const back = await new Blob(await read(packed.stream().pipeThrough(new DecompressionStream('${format}')))).bytes()
      return [packed.size < 100_000, back.length, back.every((byte, i) => byte === data[i])]`
    expect(await guest.evaluate(code)).toEqual([true, 300_000, true])
  })

  it.each([
    ['is truncated', HELLO.gzip.slice(0, -2)],
    ['is followed by another byte', `${HELLO.gzip}00`],
    ['is followed by a second member', HELLO.gzip + HELLO.gzip],
    ['has another checksum', HELLO.gzip.replace('86a61036', '86a61037')],
    ['has another length', HELLO.gzip.replace('05000000', '06000000')],
    ['is not gzip', HELLO.deflate],
    ['is empty', ''],
  ])('rejects gzip that %s', async (_what, data) => {
    expect(await guest.evaluate(`return caught(async () => { ${inflate('gzip', data)} })`)).toBe('TypeError')
  })

  it('rejects zlib with a wrong checksum, unknown formats and chunks that are not bytes', async () => {
    const code = `return [await caught(async () => { ${inflate('deflate', HELLO.deflate.replace('062c', '062d'))} }), await caught(() => new CompressionStream('br')),
      await caught(() => read(streamOf('text').pipeThrough(new CompressionStream('gzip'))))]`
    expect(await guest.evaluate(code)).toEqual(['TypeError', 'TypeError', 'TypeError'])
  })
})
