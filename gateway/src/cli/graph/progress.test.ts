import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ApiEvent } from '../../client/index.ts'
import { createProgress } from './progress.ts'
import { createTerminal, type Output } from '../command/terminal.ts'

const NODES = [
  { id: 'a', block: 'text/split', inputs: {} },
  { id: 'each', block: 'list/get', inputs: {} },
]

function screen(facts: Partial<Output> = {}, environment: Record<string, string> = {}) {
  let text = ''
  const terminal = createTerminal({ write: (part: string) => (text += part), ...facts }, environment)
  return { terminal, text: () => text }
}

let seq = 0
function started(node: string, number: number, ms: number): ApiEvent {
  return { __typename: 'NodeStarted', nodeId: node, number, attempt: 1, id: '', seq: ++seq, at: new Date(ms).toISOString() }
}
function finished(
  node: string,
  number: number,
  ms: number,
  error: (ApiEvent & { __typename: 'NodeFinished' })['error'] = null,
  retryInMs: number | null = null,
): ApiEvent {
  return {
    __typename: 'NodeFinished',
    nodeId: node,
    number,
    attempt: 1,
    error,
    retryInMs,
    id: '',
    seq: ++seq,
    at: new Date(ms).toISOString(),
  }
}

describe('without a terminal', () => {
  it('prints a line for each node', () => {
    const { terminal, text } = screen()
    const progress = createProgress(terminal, { nodes: NODES })
    for (const event of [started('a', 1, 0), finished('a', 1, 5), started('each', 1, 5), finished('each', 1, 1505)])
      progress.show(event)
    progress.end()
    expect(text()).toBe('  ✓ a     text/split  5 ms\n  ✓ each  list/get    1.5 s\n')
  })

  it('prints the first three runs of a node, and the number of runs at the end', () => {
    const { terminal, text } = screen()
    const progress = createProgress(terminal, { nodes: NODES })
    for (let n = 1; n <= 100; n++) for (const event of [started('each', n, n), finished('each', n, n + 2)]) progress.show(event)
    progress.end()
    expect(text()).toBe(`${'  ✓ each  list/get    2 ms\n'.repeat(3)}  ✓ each  list/get    100 runs, 200 ms\n`)
  })

  it('prints the reason of a failure, the position in the block, and the time until the retry', () => {
    const { terminal, text } = screen()
    const progress = createProgress(terminal, { nodes: NODES })
    const error = { code: 'BLOCK_FAILED', message: 'no\x1b[2J luck', position: { file: 'src/say.ts', line: 5, column: 78 } }
    for (const event of [started('a', 1, 0), finished('a', 1, 5, error, 1000), started('a', 1, 10), finished('a', 1, 15, error)])
      progress.show(event)
    progress.end()
    expect(text()).toBe(
      '    a: BLOCK_FAILED no[2J luck (src/say.ts:5:78), retry in 1.0 s\n    a: BLOCK_FAILED no[2J luck (src/say.ts:5:78)\n  ✗ a     text/split  5 ms\n',
    )
  })

  it('prints the logs of a block', () => {
    const { terminal, text } = screen()
    const progress = createProgress(terminal, { nodes: NODES })
    progress.show({
      __typename: 'NodeLog',
      nodeId: 'a',
      number: 1,
      level: 'info',
      text: 'one\ntwo',
      id: '',
      seq: 1,
      at: new Date(0).toISOString(),
    })
    expect(text()).toBe('    a: one two\n')
  })
})

describe('on a terminal', () => {
  const TTY = { isTTY: true, columns: 80, rows: 24 }

  it('redraws a line per node', () => {
    const { terminal, text } = screen(TTY, { NO_COLOR: '1' })
    const progress = createProgress(terminal, { nodes: NODES })
    progress.show(started('a', 1, 0))
    progress.show(finished('a', 1, 5))
    progress.show(started('each', 1, 5))
    progress.end()
    expect(text()).toBe(
      '  · a     text/split\n  · each  list/get  \n'.replaceAll(/ +\n/g, '\n') +
        '\x1b[2A\x1b[J  ✓ a     text/split  5 ms\n  ▸ each  list/get    running\n',
    )
  })

  it('shows how long a block sleeps and includes that time', () => {
    const { terminal, text } = screen(TTY, { NO_COLOR: '1' })
    const progress = createProgress(terminal, { nodes: NODES.slice(0, 1) })
    const until = new Date(800).toISOString()
    const at = (ms: number) => ({ id: '', seq: ++seq, at: new Date(ms).toISOString() })
    progress.show(started('a', 1, 0))
    progress.show({ __typename: 'NodeWaiting', nodeId: 'a', number: 1, until, ...at(5) })
    progress.end()
    for (const event of [{ __typename: 'NodeResumed', nodeId: 'a', number: 1, ...at(800) } as const, started('a', 1, 801)])
      progress.show(event)
    progress.show(finished('a', 1, 900))
    progress.end()
    const erase = '\x1b[1A\x1b[J'
    expect(text()).toBe(`  · a  text/split\n${erase}  ▸ a  text/split  sleeps for 795 ms\n${erase}  ✓ a  text/split  900 ms\n`)
  })

  it('shows the progress of a block on a line that does not wrap', () => {
    const { terminal, text } = screen(TTY, { NO_COLOR: '1' })
    const progress = createProgress(terminal, { nodes: NODES.slice(0, 1) })
    const note = `page 3\n${'of many '.repeat(20)}`
    progress.show(started('a', 1, 0))
    progress.show({ __typename: 'NodeProgress', nodeId: 'a', number: 1, fraction: 0.429, note, id: '', seq: ++seq, at: '' })
    progress.end()
    expect(text().split('\n').at(-2)).toBe('\x1b[1A\x1b[J  ▸ a  text/split  42 % page 3 of many of …')
  })

  it('uses colours unless NO_COLOR is set', () => {
    const coloured = screen(TTY)
    createProgress(coloured.terminal, { nodes: NODES }).end()
    expect(coloured.text()).toContain('\x1b[36m·\x1b[39m')
  })

  it('prints lines when the graph does not fit the window', () => {
    const { terminal, text } = screen({ ...TTY, rows: 5 })
    createProgress(terminal, { nodes: NODES }).end()
    expect(text()).toBe('')
  })

  it('never writes a line that wraps', () => {
    const long = { id: 'n'.repeat(100), block: 'b'.repeat(100), inputs: {} }
    const { terminal, text } = screen({ ...TTY, columns: 60 }, { NO_COLOR: '1' })
    const progress = createProgress(terminal, { nodes: [long] })
    for (let n = 1; n <= 10_000; n++)
      for (const event of [started(long.id, n, 0), finished(long.id, n, 90_000)]) progress.show(event)
    progress.end()
    expect(
      stripVTControlCharacters(text())
        .split('\n')
        .every((line) => line.length < 60),
    ).toBe(true)
  })
})
