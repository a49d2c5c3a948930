import { showPosition, type GraphDocument } from '@ashlar/core'
import type { ApiEvent } from '../../client/index.ts'
import { cut, duration, plain, type Terminal } from '../command/terminal.ts'

/** Shows how an execution goes on, node by node. */
interface Progress {
  show(event: ApiEvent): void
  /** Nothing is redrawn after it. */
  end(): void
}

interface NodeState {
  id: string
  block: string
  startedAt: Map<number, number>
  /** How far its runs say that they are. */
  progress: Map<number, string>
  /** For how long its runs sleep. */
  asleep: Map<number, number>
  finished: number
  failed: number
  ms: number
}

const REDRAW_EVERY_MS = 60
/** Of each node, where lines cannot be redrawn: a node in a loop may run thousands of times. */
const MOST_LINES = 3
/** Columns for how far a block is. */
const MOST_PROGRESS = 24

/**
 * On a terminal: a table with a line per node, redrawn as they run. Elsewhere, and for graphs that do not fit the window:
 * a line for each of the first runs of a node, and how often it ran at the end.
 */
export function createProgress(terminal: Terminal, { nodes }: Pick<GraphDocument, 'nodes'>): Progress {
  const states = new Map<string, NodeState>(
    nodes.map(({ id, block }) => [
      id,
      { id, block, startedAt: new Map(), progress: new Map(), asleep: new Map(), finished: 0, failed: 0, ms: 0 },
    ]),
  )
  const row = createRow(terminal, [...states.values()])
  const fits = terminal.redraws && nodes.length < terminal.size().rows - 4
  const view = fits ? createTable(terminal, states, row) : createLines(terminal, states, row)
  return {
    show(event) {
      const state = 'node' in event ? states.get(event.node) : undefined
      const finished = state && advance(state, event)
      view.update(noteOf(terminal, event), finished)
    },
    end: () => view.end(),
  }
}

/** A run of a node that has come to its end. */
interface FinishedRun {
  state: NodeState
  ms: number
  failed: boolean
}

interface View {
  update(note: string | undefined, finished: FinishedRun | undefined): void
  end(): void
}

type Row = (state: NodeState, sign: string, text: string) => string

function createLines(terminal: Terminal, states: ReadonlyMap<string, NodeState>, row: Row): View {
  return {
    update(note, run) {
      if (note !== undefined) terminal.line(note)
      if (!run || run.state.finished > MOST_LINES) return
      terminal.line(row(run.state, run.failed ? FAILED : COMPLETED, duration(run.ms)))
    },
    end() {
      for (const state of states.values())
        if (state.finished > MOST_LINES) terminal.line(row(state, signOf(state), timeOf(state)))
    },
  }
}

function createTable(terminal: Terminal, states: ReadonlyMap<string, NodeState>, row: Row): View {
  let drawn = 0
  let timer: NodeJS.Timeout | undefined
  const draw = (note?: string): void => {
    const erase = drawn > 0 ? `\x1b[${drawn}A\x1b[J` : ''
    const rows = [...states.values()].map((state) => row(state, signOf(state), timeOf(state)))
    terminal.write(erase + [...(note === undefined ? [] : [note]), ...rows, ''].join('\n'))
    drawn = rows.length
  }
  draw()
  return {
    update(note) {
      if (note !== undefined) draw(note)
      timer ??= setTimeout(() => {
        timer = undefined
        draw()
      }, REDRAW_EVERY_MS)
    },
    end() {
      clearTimeout(timer)
      draw()
    },
  }
}

function advance(state: NodeState, event: ApiEvent): FinishedRun | undefined {
  const at = Date.parse(event.at)
  // A run that has slept begins anew, and counts from its first beginning.
  if (event.__typename === 'NodeStarted' && !state.startedAt.has(event.number)) state.startedAt.set(event.number, at)
  if (event.__typename === 'NodeProgress') state.progress.set(event.number, progressOf(event))
  if (event.__typename === 'NodeWaiting') state.asleep.set(event.number, Date.parse(event.until) - at)
  if (event.__typename === 'NodeResumed') state.asleep.delete(event.number)
  if (event.__typename !== 'NodeFinished') return undefined
  const ms = at - (state.startedAt.get(event.number) ?? at)
  state.startedAt.delete(event.number)
  state.progress.delete(event.number)
  state.ms += ms
  if (event.retryInMs !== null) return undefined
  state.finished++
  if (event.error) state.failed++
  return { state, ms, failed: event.error !== null }
}

/** What is worth a line of its own. */
function noteOf(terminal: Terminal, event: ApiEvent): string | undefined {
  if (event.__typename === 'NodeLog') return `    ${plain(`${event.node}: ${event.text}`)}`
  if (event.__typename !== 'NodeFinished' || !event.error) return undefined
  const { code, message, position } = event.error
  const place = position ? ` (${showPosition(position)})` : ''
  const again = event.retryInMs === null ? '' : `, again in ${duration(event.retryInMs)}`
  return `    ${terminal.message(`${event.node}: ${code} ${message}${place}${again}`)}`
}

const WAITING = '·'
const RUNNING = '▸'
const COMPLETED = '✓'
const FAILED = '✗'

function signOf({ startedAt, finished, failed }: NodeState): string {
  if (startedAt.size > 0) return RUNNING
  if (failed > 0) return FAILED
  return finished > 0 ? COMPLETED : WAITING
}

function timeOf({ startedAt, progress, asleep, finished, ms }: NodeState): string {
  if (asleep.size > 0) return `sleeps for ${duration(Math.min(...asleep.values()))}`
  if (progress.size > 0) return [...progress.values()].at(-1) ?? ''
  if (finished === 0) return startedAt.size > 0 ? 'running' : ''
  return finished === 1 ? duration(ms) : `${finished} runs, ${duration(ms)}`
}

function progressOf({ fraction, note }: { fraction: number; note: string }): string {
  return cut(plain(`${Math.floor(fraction * 100)} % ${note}`.trim()), MOST_PROGRESS)
}

/** Columns for sign, gaps and time, beside the two names that share the others. */
const OTHER_COLUMNS = 34

function createRow(terminal: Terminal, states: readonly NodeState[]): Row {
  // A line that wraps would take two rows of the terminal, and the next redrawing erase too few.
  const most = Math.min(40, Math.max(5, Math.floor((terminal.size().columns - OTHER_COLUMNS) / 2)))
  const column = (texts: string[]) => {
    const width = Math.min(most, Math.max(0, ...texts.map((text) => text.length)))
    return (text: string): string => cut(plain(text), width).padEnd(width)
  }
  const id = column(states.map((state) => state.id))
  const block = column(states.map((state) => state.block))
  const coloured = (sign: string): string => {
    if (sign === FAILED) return terminal.style('red', sign)
    return sign === COMPLETED ? terminal.style('green', sign) : terminal.style('cyan', sign)
  }
  return (state, sign, text) =>
    `  ${coloured(sign)} ${id(state.id)}  ${terminal.style('dim', block(state.block))}  ${text}`.trimEnd()
}
