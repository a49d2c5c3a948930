import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AshlarError } from '../base/index.ts'
import { createSandbox, type Sandbox } from './sandbox.ts'
import type { Bundle, CallRequest, CallSink, ForeseenCall } from './calls/index.ts'
import type { Stretch } from './channel/index.ts'
import { bundleOf } from '../testing/test-bundle.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await createSandbox({ maxCpuMs: 1000, isolateMemoryMb: 32, processMemoryMb: 400, processes: 1 })
})
afterAll(() => sandbox.close())

const bundle = bundleOf({
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
  timeoutMs: 20_000,
  ...more,
})

/** Blocks one behind the other. */
function chain(...blocks: string[]): Stretch {
  return {
    nodes: blocks.map((block, i) => ({ block, inputs: {}, links: i + 1 < blocks.length ? { n: [[i + 1, 'n', 'number']] } : {} })),
  }
}

interface Told {
  /** What each node of the stretch yielded, and how it ended; by node, then in the order of their ends. */
  nodes: { node: number; outputs: unknown[]; error: AshlarError['code'] | undefined }[]
  /** Calls that were taken over from the guest. */
  adopted: number
}

/** Runs what the stretch says, as a worker does: takes over what the guest foresees, and asks for what it does not. */
function runStretch(stretch: Stretch, n: number, isWanted: (node: number) => boolean = () => true): Promise<Told> {
  const told: Told = { nodes: [], adopted: 0 }
  const { promise, resolve } = Promise.withResolvers<Told>()
  let open = 0
  const follow = (node: number, value: unknown, foreseen: readonly ForeseenCall[]): void => {
    const call = foreseen.find((each) => each.node === node)
    if (!isWanted(node)) return call?.drop()
    const followed = request(stretch.nodes[node]?.block ?? '', Number(value))
    const sink = sinkOf(node)
    if (call?.adopt(followed, sink)) told.adopted++
    else sandbox.call(followed, sink)
  }
  const sinkOf = (node: number): CallSink => {
    const outputs: unknown[] = []
    open++
    return {
      output(pin, value, foreseen = []) {
        outputs.push(value)
        for (const [sink] of stretch.nodes[node]?.links[pin] ?? []) follow(sink, value, foreseen)
      },
      end(error) {
        told.nodes.push({ node, outputs, error: error?.code })
        told.nodes.sort((a, b) => a.node - b.node)
        if (--open === 0) resolve(told)
      },
    }
  }
  sandbox.call(request(stretch.nodes[0]?.block ?? '', n, { stretch: JSON.stringify(stretch) }), sinkOf(0))
  return promise
}

describe('a stretch', () => {
  it('is run by the guest, in order, on what the blocks yield', async () => {
    const told = await runStretch(chain('add', 'add-async', 'slowly', 'add'), 1)
    expect(told).toEqual({
      nodes: [2, 3, 4, 5].map((value, node) => ({ node, outputs: [value], error: undefined })),
      adopted: 3,
    })
  })

  it('branches: each value leads to a call of its own', async () => {
    const { nodes } = await runStretch(chain('many', 'add'), 200)
    expect(nodes.filter(({ node }) => node === 1).flatMap(({ outputs }) => outputs)).toEqual(
      Array.from({ length: 200 }, (_, i) => i + 1),
    )
  })

  it('ends where its ids end, and where a value is not of the type', async () => {
    let count = 0
    const cycle: Stretch = { nodes: [{ block: 'add', inputs: {}, links: { n: [[0, 'n', 'number']] } }] }
    const { adopted } = await runStretch(cycle, 0, () => ++count <= 1000)
    expect(adopted).toBe(255)
    const odd: Stretch = { nodes: [{ block: 'add', inputs: {}, links: { n: [[0, 'n', 'string']] } }] }
    expect((await runStretch(odd, 0, () => ++count <= 1010)).adopted).toBe(0)
  })

  it('leaves out what is not wanted', async () => {
    const told = await runStretch(chain('add', 'add', 'add'), 1, (node) => node !== 2)
    expect(told.nodes.map(({ node }) => node)).toEqual([0, 1])
  })

  it('ends the one that computes without a pause, and what came before it keeps its results', async () => {
    const beside = runStretch(chain('slowly', 'slowly', 'add'), 5)
    const { nodes } = await runStretch(chain('add', 'add', 'loop'), 1)
    expect(nodes).toEqual([
      { node: 0, outputs: [2], error: undefined },
      { node: 1, outputs: [3], error: undefined },
      { node: 2, outputs: [], error: 'CPU_LIMIT' },
    ])
    expect((await beside).nodes.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
  })

  it('does not put the memory that a follower eats down to the one it follows', async () => {
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
  it('may compute for longer together than one of them may', async () => {
    const calls = Array.from({ length: 60 }, () => runStretch(chain('compute'), 30))
    const told = await Promise.all(calls)
    expect(told.flatMap(({ nodes }) => nodes.map(({ error }) => error))).toEqual(told.map(() => undefined))
  })
})

describe('a call that is given up', () => {
  it('takes nothing along that computes beside it', async () => {
    const counting = bundleOf(
      {
        count: `*run({ n }) { const end = Date.now() + n; while (Date.now() < end); yield ['n', ++runs] }`,
        hang: `async *run() { await new Promise(() => {}) }`,
      },
      'let runs = 0',
    )
    const count = (n: number): Promise<unknown> =>
      new Promise((resolve) => {
        const counted = request('count', n, { bundle: counting, scope: 'counting' })
        sandbox.call(counted, { output: (_pin, value) => resolve(value), end: () => {} })
      })
    expect(await count(0)).toBe(1)
    const giveUp = sandbox.call(request('hang', 0, { bundle: counting, scope: 'counting' }), { output: () => {}, end: () => {} })
    const second = count(900)
    setTimeout(giveUp, 100)
    expect(await second).toBe(2) // not 1, as in an isolate that was made anew
  })
})

describe('a plugin that forges reports', () => {
  /** Its outputs say `text` where their pin should be. */
  const tampering = (text: string): Bundle =>
    bundleOf({
      forge: `*run() {
        const { stringify } = JSON
        JSON.stringify = (value) => value === 'n' ? ${JSON.stringify(text)} : stringify(value)
        yield ['n', 1]
      }`,
    })
  const callOf = (forging: Bundle): Promise<AshlarError | undefined> =>
    new Promise((resolve) => {
      sandbox.call(request('forge', 1, { bundle: forging, scope: 'forger' }), { output: () => {}, end: resolve })
    })

  it('that are no JSON ends itself, and nothing beside it', async () => {
    const beside = runStretch(chain('slowly', 'slowly', 'slowly'), 1)
    expect((await callOf(tampering('"n"}}]')))?.code).toBe('SANDBOX_LOST')
    expect((await beside).nodes.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
  })

  it('about calls of another guest is not believed', async () => {
    const ends = Array.from({ length: 2000 }, (_, i) => `{"t":"e","id":${i * 256},"code":"BLOCK_FAILED","message":"forged"}`)
    const text = `"n","v":1},${ends.join()},{"t":"x","id":1,"x":"y"`
    const beside = runStretch(chain('slowly', 'slowly'), 1)
    await callOf(tampering(text))
    expect((await beside).nodes.map(({ error }) => error)).toEqual([undefined, undefined])
  })
})
