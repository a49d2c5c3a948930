import { describe, expect, it } from 'vitest'
import type { AshlarError } from '../base/index.ts'
import { type Call, type CallSink, type Loss, parseMessage } from './calls/index.ts'
import { getMaxReportChars } from './channel/index.ts'
import { DEFAULT_SANDBOX_LIMITS } from './limits/index.ts'
import type { ProcessLink } from './supervisor/process-link.ts'
import { SandboxProcess, type StartProcess } from './supervisor/index.ts'
import { forger } from '../testing/test-forger.ts'

const GUEST = 'user:mallory|digest|scope|'
/** `pnpm soak` tries more. */
const CASES = process.env.ASHLAR_SOAK ? 100_000 : 10_000

describe('a message from a sandbox process', () => {
  it.each([
    ['null', null],
    ['a text', 'events'],
    ['a number', 5],
    ['an empty list', []],
    ['an unknown type', ['zzz']],
    ['events that are not a list', ['events', 5]],
    ['events without a guest', ['events', [[null, '', 0]]]],
    ['events without CPU time', ['events', [[GUEST, '']]]],
    ['a negative CPU time', ['events', [[GUEST, '', -1]]]],
    ['a loss without a reason', ['lost', 'x', null]],
    ['a loss of an unknown kind', ['lost', 'x', { kind: 'zzz' }]],
    ['a load failure without a message', ['lost', 'x', { kind: 'load' }]],
    ['aborted calls that are not a list', ['aborted', 'x', 'all']],
    ['an inspector message that is not a text', ['inspector', 'x', {}]],
    ['more elements than allowed', ['ready', 1]],
    ['an object instead of a list', { 0: 'ready', length: 1 }],
  ])('is rejected when it is %s', (_, message) => expect(parseMessage(message)).toBeUndefined())

  it(`never throws and ends the call exactly once, in ${CASES} random forms`, () => {
    const failingSeeds = Array.from({ length: CASES }, (_, seed) => seed).filter((seed) => {
      const { ends, losses, receive, close } = processWithCall()
      receive(anyMessage(seeded(seed)))
      close()
      return ends.length + losses.flatMap(({ calls }) => calls).length !== 1
    })
    expect(failingSeeds).toEqual([])
  })
})

describe('a process that violates the protocol', () => {
  const attempts: [name: string, bytes: string][] = [
    ['bytes that are not a frame', `Buffer.alloc(1000, 0xff)`],
    ['a frame that is not JSON', `frame('{"a":')`],
    ['a frame with null', `frame('null')`],
    ['half a frame before its end', `frame('["ready"]').subarray(0, 7)`],
    ['a frame longer than any message', `Buffer.from([0xff, 0xff, 0xff, 0x7f, 0x20])`],
    ['events without a guest', `frame('["events",5]')`],
    ['a loss without a reason', `frame('["lost","x",null]')`],
  ]

  it.each(attempts)('is killed for %s', async (_, bytes) => {
    const reported: string[] = []
    const how = await new Promise<string>((resolve) => {
      forger(`write(${bytes})${bytes.includes('subarray') ? '; process.exit()' : ''}`)({
        ready: () => reported.push('ready'),
        message: () => reported.push('message') > 0,
        broken: () => reported.push('broken'),
        exited: resolve,
      })
    })
    expect(reported.filter((each) => each !== 'broken')).toEqual([])
    expect(how).toMatch(bytes.includes('subarray') ? /code 0/ : /SIGKILL/)
  })
})

/** What a process sent before its kill took effect arrives after the report. */
describe('after a report that is not a list of events', () => {
  it.each([
    ['half of an event', '{"t":"o","id":'],
    ['a list closed and opened', 'null],[null'],
    ['more than one report may contain', 'x'.repeat(getMaxReportChars(DEFAULT_SANDBOX_LIMITS) + 1)],
  ])('(%s) all messages of the process are ignored', (_, report) => {
    const { ends, losses, receive, close } = processWithCall()
    const end = '{"t":"e","id":256}'
    receive([
      'events',
      [
        [GUEST, report, 0, 0],
        [GUEST, end, 0, 0],
      ],
    ])
    receive(['events', [[GUEST, end, 0, 0]]])
    receive(['lost', GUEST, { kind: 'evicted' }])
    close()
    expect(ends).toEqual([])
    expect(losses).toMatchObject([{ calls: [{ id: 256 }], loss: { kind: 'crash' } }])
  })
})

/** A fake process that only sends messages, with one call. */
function processWithCall(): {
  ends: (AshlarError | undefined)[]
  losses: { calls: Call[]; loss: Loss }[]
  receive(message: unknown): void
  close(): void
} {
  const ends: (AshlarError | undefined)[] = []
  const losses: { calls: Call[]; loss: Loss }[] = []
  let receive = (_message: unknown): void => {}
  let close = (): void => {}
  const start: StartProcess = (events) => {
    receive = (message) => {
      const parsed = parseMessage(message)
      if (!parsed) events.broken()
      else if (parsed[0] === 'ready') events.ready()
      else events.message(parsed)
    }
    let hasExited = false
    close = () => {
      if (!hasExited) events.exited('SIGKILL')
      hasExited = true
    }
    const link: ProcessLink = {
      ready: Promise.resolve(),
      pid: undefined,
      stderr: '',
      send: () => {},
      kill: () => {}, // takes effect at `close`
    }
    return link
  }
  const process = new SandboxProcess(start, DEFAULT_SANDBOX_LIMITS, {
    lost: (calls, loss) => void losses.push({ calls, loss }),
    ended: () => {},
    adopted: () => newCall(1, { output: () => {}, end: () => {} }),
    abort: () => {},
    idle: () => {},
    findInspector: () => undefined,
  })
  process.inFlight.set(256, newCall(256, { output: () => {}, end: (error) => void ends.push(error) }))
  return { ends, losses, receive: (message) => receive(message), close: () => close() }
}

function newCall(id: number, sink: CallSink): Call {
  const place = { owner: 'user:mallory', bundle: { digest: 'digest', code: '' }, scope: 'scope', cordon: 'user:mallory' }
  const request = { ...place, kind: 'run', affinity: 'scope', block: 'b', input: () => 'null', timeoutMs: 1000 } as const
  const counts = {
    skip: 0,
    received: 0,
    credit: undefined,
    delivered: 0,
    deliveredBytes: 0,
    attempts: 1,
    progress: 0,
    starts: 1,
    hostCalls: 0,
    openHostCalls: 0,
    usages: 0,
    usagesTaken: 0,
    logged: 0,
    cpuMs: 0,
  }
  return {
    id,
    request,
    guest: GUEST,
    sink,
    ...counts,
    refusals: undefined,
    record: undefined,
    deadline: Infinity,
    aborted: false,
    stretched: false,
  }
}

/** A generator of numbers in [0, 1): mulberry32, so that a seed reproduces a failure. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const ODD: unknown[] = [
  null,
  true,
  '',
  '__proto__',
  'constructor',
  0,
  -1,
  1.5,
  2 ** 60,
  [],
  [[]],
  {},
  { t: 'o' },
  ['events'],
  { length: 3 },
]
const FIELDS: Record<string, unknown[]> = {
  t: ['o', 'e', 'c', 'l', 'p', 'd', 'x'],
  id: [256, 257, 511, 512],
  pin: ['out', '__proto__', 'tools_^_a_~_b'],
  v: [1, 'text', { a: [1] }],
  k: [0, 1, 2 ** 50],
  next: [[[257, 1]], [[512, 0]], [[256]]],
  code: ['BLOCK_FAILED', 'SHUTTING_DOWN'],
  message: ['text'],
  request: [1, 2],
  method: ['http.open', 'storage.set'],
  args: [[], ['user', 'key']],
  level: ['log'],
  text: ['line'],
  fraction: [0.5, 7],
  note: ['half'],
  manifest: [{}, { name: 'x', blocks: [] }],
}
const KINDS = ['crash', 'evicted', 'timeout', 'memory', 'load', 'exit']
const GUESTS = [GUEST, '', '|||', 'user:alice|digest|scope|']

/** Nearly valid messages. The first element alone would rule out more distant ones. */
function anyMessage(random: () => number): unknown {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const oddly = <T>(list: readonly T[], share = 0.15): unknown => (random() < share ? pick(ODD) : pick(list))
  const event = (): string => {
    const names = Object.keys(FIELDS).filter((name) => name === 't' || name === 'id' || random() < 0.7)
    const fields = names.map((name) => [name, oddly(FIELDS[name] ?? [])] as const)
    return JSON.stringify(random() < 0.05 ? pick(ODD) : Object.fromEntries(fields))
  }
  const events = (): string => Array.from({ length: Math.floor(random() * 4) }, event).join(random() < 0.05 ? ';' : ',')
  const report = (): unknown[] => [oddly(GUESTS), oddly([events()], 0.05), oddly([0, 12.5, 20_000], 0.05)]
  const reason = {
    kind: oddly(KINDS),
    ...(random() < 0.5 && { call: oddly([256]) }),
    ...(random() < 0.5 && { message: oddly(['text']) }),
  }
  const message = pick([
    ['events', Array.from({ length: 1 + Math.floor(random() * 3) }, report)],
    ['lost', oddly(GUESTS), oddly([reason], 0.05)],
    ['aborted', oddly(GUESTS), oddly([[256], [257, 256]])],
    ['inspector', oddly(GUESTS), oddly(['{}', 'text'])],
    ['ready'],
  ])
  return random() < 0.05 ? pick(ODD) : message
}
