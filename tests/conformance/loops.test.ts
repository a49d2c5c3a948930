import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let runtime: TestRuntime
let server: Server
let url: string
beforeAll(async () => {
  runtime = await createTestRuntime({ httpAllow: ['127.0.0.1'] })
  server = createServer(({ url: target = '' }, response) => respond(response, new URL(target, url)))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await runtime.close()
  server.close()
  server.closeAllConnections()
})

/** Five pages of two items. `/broken` fails at the third one. */
function respond(response: ServerResponse, { pathname, searchParams }: URL): void {
  const page = Number(searchParams.get('page'))
  if (pathname === '/broken' && page === 3) return void response.writeHead(500).end()
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(page > 5 ? [] : [`${page}a`, `${page}b`]))
}

type Nodes = Record<string, [block: string, inputs?: Record<string, unknown>, options?: object]>

/**
 * Runs a graph. A node `out` or `out-<name>` is a graph output.
 *
 * @param links `from -> to`, or `from => to` for a link marked carry
 * @returns the outputs by name, or the code and the message of the failure
 */
async function run(nodes: Nodes, links: string[], pairing = 'TAGGED'): Promise<unknown> {
  const outputs = new Set(links.map((link) => link.split(' ')[2] ?? '').filter((to) => !to.includes('.')))
  const document = {
    pairing,
    nodes: [
      ...Object.entries(nodes).map(([id, [block, inputs = {}, options = {}]]) => ({ id, block, inputs, ...options })),
      ...[...outputs].map((id) => ({ id, block: 'io/output', inputs: { name: id.replace('out-', '') } })),
    ],
    links: links.map((link) => {
      const [from, arrow, to = ''] = link.split(' ')
      return { from, to: outputs.has(to) ? `${to}.value` : to, ...(arrow === '=>' && { carry: true }) }
    }),
  }
  const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Loop', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs: {} })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
    if (event.type !== 'ExecutionFinished') continue
    return event.status === 'COMPLETED' ? event.outputs : [event.reason?.code, event.reason?.message]
  }
  throw new Error('the execution has no end')
}

const list = (...items: unknown[]): Nodes[string] => ['loop/for-each', { items }]
/** A later item waits for less time, so that items finish in the opposite order. */
const SLOW: Nodes = {
  factor: ['math/calculate', { operation: 'Multiply', b: -0.05 }],
  seconds: ['math/calculate', { operation: 'Add', b: 0.2 }],
  slow: ['time/wait'],
}
const SLOW_LINKS = ['factor.result -> seconds.a', 'seconds.result -> slow.seconds']

describe('a loop', () => {
  it('keeps the values of an item together, and collects in the order of the items', async () => {
    const outputs = await run(
      {
        each: list('a', 'b', 'c', 'd'),
        ...SLOW,
        pair: ['dictionary/create'],
        all: ['list/collect'],
      },
      [
        ...SLOW_LINKS,
        'each.index -> factor.a',
        'each.item -> slow.value',
        'each.item -> pair.values_#_asked',
        'slow.value -> pair.values_#_got',
        'pair.dictionary -> all.item',
        'all.list -> out',
        'all.count -> out-count',
        'each.done -> out-done',
      ],
    )
    const pair = (value: string) => ({ asked: value, got: value })
    expect(outputs).toEqual({ out: [['a', 'b', 'c', 'd'].map(pair)], count: [4], done: [4] })
  })

  it.each(['loop/for-each', 'logic/step-through'])('over nothing ends, with %s', async (block) => {
    expect(
      await run({ each: [block, { items: [] }], all: ['list/collect'] }, [
        'each.item -> all.item',
        'all.list -> out',
        'each.done -> out-done',
        'each.item -> out-items',
      ]),
    ).toEqual({ out: [[]], done: [0] })
  })

  it('collects the failures of items, and counts the dropped ones', async () => {
    expect(
      await run(
        {
          each: list('1', '{bad', '3', '4'),
          parse: ['data/parse-json'],
          if: ['logic/condition', { operator: '!=', value2: 4 }],
          all: ['list/collect'],
        },
        [
          'each.item -> parse.json_str',
          'parse.data -> if.value1',
          'if.yes_output -> all.item',
          'parse.error -> all.error',
          'all.list -> out',
          'all.errors -> out-errors',
          'all.dropped -> out-dropped',
        ],
      ),
    ).toMatchObject({ out: [[1, 3]], errors: [[expect.stringMatching(/^json_str must be JSON/)]], dropped: [1] })
  })

  it('collects into a text, a dictionary, statistics and a file', async () => {
    expect(
      await run(
        {
          each: list({ id: 'x', n: 1 }, { id: 'y', n: 3 }),
          text: ['text/collect', { separator: '-' }],
          dictionary: ['dictionary/collect', { key_field: 'id', value_field: 'n' }],
          numbers: ['math/collect'],
          file: ['files/collect', { path: 'all.csv', format: 'csv' }],
          read: ['files/read-text'],
          first: ['list/first'],
          last: ['list/last'],
        },
        [
          'each.item_#_id -> text.item',
          'each.item -> dictionary.item',
          'each.item_#_n -> numbers.number',
          'each.item -> file.item',
          'file.path -> read.file_input',
          'each.key -> first.item',
          'each.key -> last.item',
          'text.text -> out-text',
          'dictionary.dictionary -> out-dictionary',
          'numbers.sum -> out-sum',
          'read.content -> out-file',
          'first.item -> out-first',
          'last.item -> out-last',
        ],
      ),
    ).toEqual({
      text: ['x-y'],
      dictionary: [{ x: 1, y: 3 }],
      sum: [4],
      file: ['id,n\nx,1\ny,3\n'],
      first: [0],
      last: [1],
    })
  })

  it('has no limit on the number of items', async () => {
    expect(
      await run({ repeat: ['loop/repeat', { times: 12_000 }], all: ['math/collect'] }, [
        'repeat.index -> all.number',
        'all.count -> out',
      ]),
    ).toEqual({ out: [12_000] })
  })

  it('runs a graph for each item', async () => {
    const { id } = await runtime.graphs.create(runtime.ownerId, {
      name: 'Child',
      document: {
        nodes: [
          { id: 'n', block: 'io/input', inputs: { name: 'n' } },
          { id: 'repeat', block: 'loop/repeat' },
          { id: 'out', block: 'io/output', inputs: { name: 'index' } },
          { id: 'same', block: 'io/output', inputs: { name: 'same' } },
        ],
        links: [
          { from: 'n.result', to: 'repeat.times' },
          { from: 'n.result', to: 'same.value' },
          { from: 'repeat.index', to: 'out.value' },
        ],
      },
    })
    expect(
      await run({ each: list(3, 0, 2), child: ['io/graph', { graph_id: id }], all: ['list/collect'], every: ['list/collect'] }, [
        'each.item -> child.n',
        'child.index -> all.item',
        'child.same -> every.item',
        'all.list -> out',
        'every.list -> out-same',
      ]),
    ).toEqual({ out: [[0, 1, 2], [], [0, 1]], same: [[3, 0, 2]] })
  })

  it.each(['loop/for-each', 'logic/step-through'])('pairs in the order of arrival in a FIFO graph, with %s', async (block) => {
    const nodes: Nodes = { each: [block, { items: ['a', 'b'] }], pair: ['dictionary/create'] }
    const links = ['each.item -> pair.values_#_item', 'each.key -> pair.values_#_key', 'pair.dictionary -> out']
    expect(await run(nodes, links, 'FIFO')).toEqual({
      out: [
        { item: 'a', key: 0 },
        { item: 'b', key: 1 },
      ],
    })
  })

  it('of batches', async () => {
    expect(
      await run({ batches: ['loop/batches', { items: [1, 2, 3], size: 2 }], all: ['list/collect'] }, [
        'batches.batch -> all.item',
        'all.list -> out',
      ]),
    ).toEqual({ out: [[[1, 2], [3]]] })
  })
})

describe('an accumulator', () => {
  const graph = async (items: unknown[]): Promise<unknown> =>
    run(
      {
        each: ['loop/for-each', { items }],
        add: ['math/calculate', { operation: 'Add', a: 0 }],
        result: ['list/reduce', { initial: 0 }],
      },
      [
        'each.item -> add.b',
        'add.result => add.a',
        'add.result -> result.value',
        'result.result -> out',
        'result.count -> out-n',
      ],
    )

  it('passes its value from one iteration to the next', async () => {
    expect(await graph([1, 2, 3, 4])).toEqual({ out: [10], n: [4] })
  })

  it('ends with its initial value after an empty loop', async () => {
    expect(await graph([])).toEqual({ out: [0], n: [0] })
  })
})

describe('branches', () => {
  it('merge with the branch that ran', async () => {
    expect(
      await run(
        {
          each: list(1, 2, 3),
          big: ['logic/condition', { operator: '>', value2: 2 }],
          label: ['text/template', { format: 'big {{ n }}' }],
          merge: ['logic/merge'],
          all: ['list/collect'],
        },
        [
          'each.item -> big.value1',
          'each.item -> big.no_value',
          'big.yes_output -> label.values_#_n',
          'label.output -> merge.a',
          'big.no_output -> merge.b',
          'merge.value -> all.item',
          'all.list -> out',
        ],
      ),
    ).toEqual({ out: [[1, 2, 'big 3']] })
  })
})

describe('a try', () => {
  const graph = async (text: string): Promise<unknown> =>
    run(
      {
        try: ['loop/try', { value: text }],
        parse: ['data/parse-json'],
        merge: ['logic/merge'],
        first: ['list/first'],
      },
      [
        'try.value -> parse.json_str',
        'parse.data -> merge.a',
        'try.caught_#_code -> merge.b',
        'merge.value -> first.item',
        'first.item -> out',
      ],
    )

  it('passes the result of its steps on', async () => {
    expect(await graph('[1]')).toEqual({ out: [[1]] })
  })

  it('catches the failure of its steps', async () => {
    expect(await graph('{')).toEqual({ out: ['BLOCK_FAILED'] })
  })
})

describe('two loops', () => {
  const LOOPS: Nodes = { left: list(1, 2, 3), right: list('x', 'y'), all: ['list/collect'] }
  const PAIR: Nodes = { pair: ['dictionary/create'] }
  const LINKS = ['pair.dictionary -> all.item', 'all.list -> out']

  it('join by position', async () => {
    expect(
      await run({ ...LOOPS, ...PAIR, join: ['loop/zip'] }, [
        'left.item -> join.a',
        'right.item -> join.b',
        'join.a -> pair.values_#_a',
        'join.b -> pair.values_#_b',
        ...LINKS,
      ]),
    ).toEqual({
      out: [
        [
          { a: 1, b: 'x' },
          { a: 2, b: 'y' },
        ],
      ],
    })
  })

  it('join in every combination', async () => {
    expect(
      await run({ ...LOOPS, join: ['loop/cross'], text: ['text/template', { format: '{{ a }}{{ b }}' }] }, [
        'left.item -> join.a',
        'right.item -> join.b',
        'join.a -> text.values_#_a',
        'join.b -> text.values_#_b',
        'text.output -> all.item',
        'all.list -> out',
      ]),
    ).toEqual({ out: [['1x', '1y', '2x', '2y', '3x', '3y']] })
  })

  it('do not meet in a node', async () => {
    const links = ['left.item -> pair.values_#_a', 'right.item -> pair.values_#_b', ...LINKS]
    await expect(run({ ...LOOPS, ...PAIR }, links)).rejects.toMatchObject({ code: 'GRAPH_INVALID' })
  })
})

describe('a cycle', () => {
  it('repeats while its condition holds', async () => {
    expect(
      await run(
        {
          start: ['logic/convert', { value: 1, type: 'number' }],
          while: ['loop/while', { operator: '<', value: 100 }],
          double: ['math/calculate', { operation: 'Multiply', b: 2 }],
          turns: ['list/collect'],
          end: ['list/last'],
        },
        [
          'start.value -> while.state',
          'while.next -> double.a',
          'double.result -> while.state',
          'while.next -> turns.item',
          'while.result -> end.item',
          'turns.list -> out-turns',
          'end.item -> out',
        ],
      ),
    ).toEqual({ turns: [[1, 2, 4, 8, 16, 32, 64]], out: [128] })
  })

  it('reads pages until one has no items', async () => {
    const pages = { 1: ['a', 'b'], 2: ['c'], 3: [] }
    expect(
      await run(
        {
          start: ['logic/convert', { value: 1, type: 'number' }],
          key: ['logic/convert', { type: 'string' }],
          read: ['dictionary/find', { input: pages }],
          next: ['loop/next-page'],
          all: ['list/collect'],
        },
        [
          'start.value -> key.value',
          'start.value -> next.number',
          'key.value -> read.key',
          'read.output -> next.page',
          'next.next -> key.value',
          'next.next -> next.number',
          'next.items -> all.item',
          'all.list -> out',
        ],
      ),
    ).toEqual({ out: [[['a', 'b'], ['c'], []]] })
  })
})

describe('the pages of an API', () => {
  const graph = async (path: string, links: string[]): Promise<unknown> =>
    run(
      {
        pages: ['http/pages', { url: `${url}/${path}`, attempts: 1 }, { loop: { window: 2 } }],
        each: ['loop/for-each'],
        all: ['list/collect', {}, { scope: 'pages' }],
      },
      ['pages.items -> each.items', 'each.item -> all.item', ...links],
    )

  it('are collected in order, also from an inner loop', async () => {
    expect(await graph('items', ['all.list -> out', 'pages.done -> out-pages'])).toEqual({
      out: [['1a', '1b', '2a', '2b', '3a', '3b', '4a', '4b', '5a', '5b']],
      pages: [5],
    })
  })

  it('are never a short list', async () => {
    const links = ['all.list -> out', 'all.partial -> out-partial', 'all.error -> out-error', 'pages.error -> out-pages']
    expect(await graph('broken', links)).toEqual({
      partial: [['1a', '1b', '2a', '2b']],
      error: [expect.stringMatching(/^the loop ended early, with 4 items collected .* page 3: .* status 500$/)],
      pages: [expect.stringMatching(/^page 3: .* status 500$/)],
    })
  })
})

describe('a pin that sends several values only with a setting', () => {
  it('starts no loop without the setting', async () => {
    expect(
      await run({ each: list(1, 2), wait: ['time/countdown'], all: ['list/collect'] }, [
        'each.item -> wait.input_message',
        'wait.output_message -> all.item',
        'all.list -> out',
      ]),
    ).toEqual({ out: [[1, 2]] })
  })

  it('starts a loop with the setting', async () => {
    expect(
      await run({ each: list(1, 2), wait: ['time/countdown', { repeat: 2 }], all: ['list/collect'] }, [
        'each.item -> wait.input_message',
        'wait.output_message -> all.item',
        'all.list -> out',
      ]),
    ).toEqual({
      out: [
        [1, 1],
        [2, 2],
      ],
    })
  })
})
