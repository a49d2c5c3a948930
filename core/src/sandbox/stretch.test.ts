import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AshlarError } from '../base/index.ts'
import { createSandbox, type Sandbox } from './sandbox.ts'
import type { Bundle, CallRequest, CallSink, ForeseenCall } from './calls/index.ts'
import type { Stretch } from './channel/index.ts'
import { newTestBundle } from '../testing/test-bundle.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox({ maxCpuMs: 1500, isolateMemoryMb: 32, processMemoryMb: 400, processes: 1 })
})
afterAll(() => sandbox.close())

const bundle = newTestBundle({
  add: `*run({ n }) { yield ['n', n + 1] }`,
  'add-async': `async *run({ n }) { await null; yield ['n', n + 1] }`,
  slowly: `async *run({ n }) { await new Promise((r) => setTimeout(r, 20)); yield ['n', n + 1] }`,
  many: `*run({ n }) { for (let i = 0; i < n; i++) yield ['n', i] }`,
  compute: `*run({ n }) { const end = Date.now() + n; while (Date.now() < end); yield ['n', n] }`,
  loop: `*run() { for (;;) {} }`,
  eat: `*run() { const a = []; for (;;) a.push(new Array(1000).fill(1)) }`,
})

const request = (block: string, n: number, more: Partial<CallRequest> = {}): CallRequest => ({
  kind: 'run',
  bundle,
  cordon: 'builtin',
  owner: 'u',
  scope: 'e',
  affinity: 'e',
  block,
  input: () => JSON.stringify({ n }),
  timeoutMs: 60_000,
  ...more,
})

/** A stretch in which each node links to the next one. */
function chain(...blocks: string[]): Stretch {
  return {
    nodes: blocks.map((block, i) => ({ block, inputs: {}, links: i + 1 < blocks.length ? { n: [[i + 1, 'n', 'number']] } : {} })),
  }
}

interface StretchResult {
  /** The outputs and the error of each call, by node, then in the order in which the calls ended. */
  nodes: { node: number; outputs: unknown[]; error: AshlarError['code'] | undefined }[]
  /** The number of adopted calls. */
  adopted: number
}

/** Runs a stretch as a worker does: adopts the foreseen calls and makes the others itself. */
function runStretch(stretch: Stretch, n: number, isAdopted: (node: number) => boolean = () => true): Promise<StretchResult> {
  const result: StretchResult = { nodes: [], adopted: 0 }
  const { promise, resolve } = Promise.withResolvers<StretchResult>()
  let open = 0
  const follow = (node: number, value: unknown, foreseen: readonly ForeseenCall[]): void => {
    const call = foreseen.find((each) => each.node === node)
    if (!isAdopted(node)) return call?.drop()
    const followed = request(stretch.nodes[node]?.block ?? '', Number(value))
    const sink = newSink(node)
    if (call?.adopt(followed, sink)) result.adopted++
    else sandbox.call(followed, sink)
  }
  const newSink = (node: number): CallSink => {
    const outputs: unknown[] = []
    open++
    return {
      output(pin, value, foreseen = []) {
        outputs.push(value)
        for (const [sink] of stretch.nodes[node]?.links[pin] ?? []) follow(sink, value, foreseen)
      },
      end(error) {
        result.nodes.push({ node, outputs, error: error?.code })
        result.nodes.sort((a, b) => a.node - b.node)
        if (--open === 0) resolve(result)
      },
    }
  }
  sandbox.call(request(stretch.nodes[0]?.block ?? '', n, { stretch: JSON.stringify(stretch) }), newSink(0))
  return promise
}

describe('a stretch', () => {
  it('is run by the guest, in order, on the outputs of the blocks', async () => {
    const result = await runStretch(chain('add', 'add-async', 'slowly', 'add'), 1)
    expect(result).toEqual({
      nodes: [2, 3, 4, 5].map((value, node) => ({ node, outputs: [value], error: undefined })),
      adopted: 3,
    })
  })

  it('starts a separate call for each value', async () => {
    const { nodes } = await runStretch(chain('many', 'add'), 200)
    expect(nodes.filter(({ node }) => node === 1).flatMap(({ outputs }) => outputs)).toEqual(
      Array.from({ length: 200 }, (_, i) => i + 1),
    )
  })

  it('ends where its ids are used up or a value has another type', async () => {
    let count = 0
    const cycle: Stretch = { nodes: [{ block: 'add', inputs: {}, links: { n: [[0, 'n', 'number']] } }] }
    const { adopted } = await runStretch(cycle, 0, () => ++count <= 1000)
    expect(adopted).toBe(255)
    const odd: Stretch = { nodes: [{ block: 'add', inputs: {}, links: { n: [[0, 'n', 'string']] } }] }
    expect((await runStretch(odd, 0, () => ++count <= 1010)).adopted).toBe(0)
  })

  it('omits calls that are dropped', async () => {
    const result = await runStretch(chain('add', 'add', 'add'), 1, (node) => node !== 2)
    expect(result.nodes.map(({ node }) => node)).toEqual([0, 1])
  })

  it('keeps the results of the calls before one that exceeds CPU_LIMIT', async () => {
    const other = runStretch(chain('slowly', 'slowly', 'add'), 5)
    const { nodes } = await runStretch(chain('add', 'add', 'loop'), 1)
    expect(nodes).toEqual([
      { node: 0, outputs: [2], error: undefined },
      { node: 1, outputs: [3], error: undefined },
      { node: 2, outputs: [], error: 'CPU_LIMIT' },
    ])
    expect((await other).nodes.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
  })

  it('does not blame a call for the memory that a foreseen call allocates', async () => {
    const ended: (string | undefined)[] = []
    await new Promise<void>((resolve) => {
      const stretch = JSON.stringify(chain('add', 'eat'))
      sandbox.call(request('add', 1, { stretch }), {
        output: () => {},
        end: (error) => {
          ended.push(error?.code)
          resolve()
        },
      })
    })
    expect(ended).toEqual([undefined])
  })
})

describe('calls in one guest', () => {
  it('may together compute for longer than the limit of one call', async () => {
    const calls = Array.from({ length: 80 }, () => runStretch(chain('compute'), 30))
    const result = await Promise.all(calls)
    expect(result.flatMap(({ nodes }) => nodes.map(({ error }) => error))).toEqual(result.map(() => undefined))
  })
})

describe('an aborted call', () => {
  it('does not end the isolate in which another call computes', async () => {
    const counting = newTestBundle(
      {
        count: `*run({ n }) { const end = Date.now() + n; while (Date.now() < end); yield ['n', ++runs] }`,
        hang: `async *run() { await new Promise(() => {}) }`,
      },
      'let runs = 0',
    )
    const count = (n: number): Promise<unknown> =>
      new Promise((resolve) => {
        const counted = request('count', n, { bundle: counting, scope: 'counting' })
        sandbox.call(counted, { output: (_pin, value) => resolve(value), end: (error) => error && resolve(error) })
      })
    expect(await count(0)).toBe(1)
    const abort = sandbox.call(request('hang', 0, { bundle: counting, scope: 'counting' }), { output: () => {}, end: () => {} })
    const second = count(900)
    setTimeout(abort, 100)
    expect(await second).toBe(2) // 1 in a new isolate
  })
})

describe('a plugin that forges reports', () => {
  /** Its output events contain `text` instead of the pin. */
  const tampering = (text: string): Bundle =>
    newTestBundle({
      forge: `*run() {
        const { stringify } = JSON
        JSON.stringify = (value) => value === 'n' ? ${JSON.stringify(text)} : stringify(value)
        yield ['n', 1]
      }`,
    })
  const runForger = (forging: Bundle): Promise<AshlarError | undefined> =>
    new Promise((resolve) => {
      sandbox.call(request('forge', 1, { bundle: forging, scope: 'forger' }), { output: () => {}, end: resolve })
    })

  it('loses only its own calls if the reports are not JSON', async () => {
    const other = runStretch(chain('slowly', 'slowly', 'slowly'), 1)
    expect((await runForger(tampering('"n"}}]')))?.code).toBe('SANDBOX_LOST')
    expect((await other).nodes.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
  })

  it('cannot end calls of another guest', async () => {
    const ends = Array.from({ length: 2000 }, (_, i) => `{"t":"e","id":${i * 256},"code":"BLOCK_FAILED","message":"forged"}`)
    const text = `"n","v":1},${ends.join()},{"t":"x","id":1,"x":"y"`
    const other = runStretch(chain('slowly', 'slowly'), 1)
    await runForger(tampering(text))
    expect((await other).nodes.map(({ error }) => error)).toEqual([undefined, undefined])
  })
})
