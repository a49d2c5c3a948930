import { describe, expect, it } from 'vitest'
import { ProcessConduct } from './process-conduct.ts'
import type { FromProcess, ToProcess } from '../channel/index.ts'
import { forger } from '../../testing/test-forger.ts'

const GUEST = 'user:mallory|digest|scope|'
const CALLS: ToProcess = ['calls', [[['user:mallory', 'digest', 'scope', ''], '[]']]]
const LOST: FromProcess = ['lost', GUEST, { kind: 'crash' }]
const EVENTS: FromProcess = ['events', [[GUEST, '', 0, 0]]]

/**
 * Passes messages in order. Messages from the process have the prefix `<`.
 *
 * @returns whether each of these was expected
 */
function exchange(...messages: (ToProcess | ['<', FromProcess])[]): boolean[] {
  const conduct = new ProcessConduct()
  return messages.flatMap((message) => {
    if (message[0] === '<') return conduct.expects(message[1])
    conduct.sent(message)
    return []
  })
}

const from = (...message: FromProcess): ['<', FromProcess] => ['<', message]
const READY = from('ready')

describe('a process may send', () => {
  it.each<[string, Parameters<typeof exchange>, boolean[]]>([
    ['ready once', [READY, READY], [true, false]],
    ['nothing before ready', [from(...EVENTS)], [false]],
    ['no pong before ready', [['ping'], from('pong')], [false]],
    ['one pong per ping', [READY, ['ping'], ['ping'], from('pong'), from('pong'), from('pong')], [true, true, true, false]],
    ['no pong without a ping', [READY, from('pong')], [true, false]],
    [
      'one acknowledgement per abort',
      [
        READY,
        ['abort', GUEST, [256, 512]],
        from('aborted', GUEST, [256]),
        from('aborted', GUEST, [512]),
        from('aborted', GUEST, [512]),
      ],
      [true, true, true, false],
    ],
    [
      'two acknowledgements of a call that was aborted twice',
      [READY, ['abort', GUEST, [256]], ['abort', GUEST, [256]], from('aborted', GUEST, [256]), from('aborted', GUEST, [256])],
      [true, true, true],
    ],
    ['no acknowledgement of another call', [READY, ['abort', GUEST, [256]], from('aborted', GUEST, [256, 257])], [true, false]],
    ['no acknowledgement without a call', [READY, ['abort', GUEST, [256]], from('aborted', GUEST, [])], [true, false]],
    ['one loss per guest that has calls', [READY, CALLS, from(...LOST), from(...LOST)], [true, true, false]],
    ['no loss without calls', [READY, from(...LOST)], [true, false]],
    ['no events without a guest', [READY, CALLS, from('events', [])], [true, false]],
    ['events at any time after ready', [READY, from(...EVENTS)], [true, true]],
    [
      'inspector messages after an inspector was opened',
      [READY, from('inspector', 'i', ''), ['inspect', 'i', []], from('inspector', 'i', '')],
      [true, false, true],
    ],
  ])('%s', (_what, messages, expected) => expect(exchange(...messages)).toEqual(expected))
})

describe('useless messages', () => {
  it('are limited by the time that the worker spends on them', () => {
    const conduct = new ProcessConduct(100)
    expect(Array.from({ length: 5 }, (_, i) => conduct.countUseless(30, i))).toEqual([true, true, true, false, false])
  })

  it('are not limited if they take a small share of the time', () => {
    const conduct = new ProcessConduct(100)
    const minute = Array.from({ length: 600 }, (_, i) => conduct.countUseless(4, i * 100))
    expect(minute.every((isAllowed) => isAllowed)).toBe(true)
  })
})

describe('a process is killed', () => {
  const attempts: [what: string, program: string][] = [
    ['a pong that was not requested', `write(frame('["ready"]')); write(frame('["pong"]'))`],
    ['a message before it is ready', `write(frame('["events",[["a","",0,0]]]'))`],
    ['a second ready', `write(frame('["ready"]')); write(frame('["ready"]'))`],
    ['an acknowledgement without an abort', `write(frame('["ready"]')); write(frame('["aborted","a",[256]]'))`],
    ['empty events', `write(frame('["ready"]')); write(frame('["events",[]]'))`],
    ['a loss without a guest', `write(frame('["ready"]')); write(frame('["lost","a",{"kind":"crash"}]'))`],
    [
      'a flood of useless events',
      `write(frame('["ready"]')); for (const many = Buffer.concat(Array(2000).fill(frame('["events",[["a","",0,0]]]'))); ;) try { write(many) } catch (error) { if (error.code !== 'EAGAIN') throw error }`,
    ],
  ]

  it.each(attempts)('for %s', async (_what, program) => {
    const received: string[] = []
    let broken = 0
    const how = await new Promise<string>((resolve) => {
      const link = forger(
        program,
        20,
      )({
        ready: () => {},
        message: ([type]) => {
          received.push(type)
          return false
        },
        broken: () => broken++,
        exited: resolve,
      })
      link.ready.catch(() => {})
    })
    expect([how, broken]).toEqual(['SIGKILL', 1])
    expect(received.filter((type) => type !== 'events')).toEqual([])
  })
})

it('the worker handles other events while a process floods it', async () => {
  const COST_MS = 1
  let perTurn = 0
  let most = 0
  let seen = 0
  await new Promise<void>((resolve) => {
    const link = forger(`write(frame('["ready"]')); write(Buffer.concat(Array(500).fill(frame('["events",[["a","",0,0]]]'))))`)({
      ready: () => {},
      message() {
        for (const end = performance.now() + COST_MS; performance.now() < end;);
        if (perTurn++ === 0) setImmediate(() => (perTurn = 0))
        most = Math.max(most, perTurn)
        if (++seen === 500) link.kill()
        return true
      },
      broken: () => {},
      exited: () => resolve(),
    })
  })
  expect(seen).toBe(500)
  expect(most).toBeLessThan(20)
})

it('the end of a process is reported after all its messages', async () => {
  const seen: string[] = []
  await new Promise<void>((resolve) => {
    forger(
      `write(frame('["ready"]')); write(Buffer.concat(Array(100).fill(frame('["events",[["a","",0,0]]]')))); process.exit()`,
    )({
      ready: () => {},
      message([type]) {
        for (const end = performance.now() + 1; performance.now() < end;);
        seen.push(type)
        return true
      },
      broken: () => {},
      exited: () => resolve(),
    })
  })
  expect(seen).toHaveLength(100)
})
