import { showPosition, type GraphDocument } from '@ashlar/core'
import type { ApiEvent } from '../../client/index.ts'
import { cut, duration, plain, type Terminal } from '../command/terminal.ts'

/** Shows the progress of an execution, node by node. */
interface Progress {
  show(event: ApiEvent): void
  /** Stops redrawing. */
  end(): void
}

interface NodeState {
  id: string
  block: string
  startedAt: Map<number, number>
  /** The reported progress of each run. */
  progress: Map<number, string>
  /** How long each sleeping run sleeps, in milliseconds. */
  asleep: Map<number, number>
  finished: number
  failed: number
  ms: number
}

const REDRAW_EVERY_MS = 60
/** Lines per node if lines cannot be redrawn. A node in a loop may run thousands of times. */
const MAX_LINES = 3
/** Maximum columns of the reported progress. */
const MAX_PROGRESS = 24

/**
 * On a terminal, shows a table with a line per node, and redraws it as nodes run. Otherwise, and for graphs that do not
 * fit the window, shows a line for each of the first runs of a node, and the number of its runs at the end.
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
      const state = 'nodeId' in event ? states.get(event.nodeId) : undefined
      const finished = state && advance(state, event)
      view.update(formatNote(terminal, event), finished)
    },
    end: () => view.end(),
  }
}

/** A finished run of a node. */
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
      if (!run || run.state.finished > MAX_LINES) return
      terminal.line(row(run.state, run.failed ? FAILED : COMPLETED, duration(run.ms)))
    },
    end() {
      for (const state of states.values())
        if (state.finished > MAX_LINES) terminal.line(row(state, stateSign(state), formatState(state)))
    },
  }
}

function createTable(terminal: Terminal, states: ReadonlyMap<string, NodeState>, row: Row): View {
  let drawn = 0
  let timer: NodeJS.Timeout | undefined
  const draw = (note?: string): void => {
    const erase = drawn > 0 ? `\x1b[${drawn}A\x1b[J` : ''
    const rows = [...states.values()].map((state) => row(state, stateSign(state), formatState(state)))
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
  // A run starts again after it has slept. Its duration counts from the first start.
  if (event.__typename === 'NodeStarted' && !state.startedAt.has(event.number)) state.startedAt.set(event.number, at)
  if (event.__typename === 'NodeProgress') state.progress.set(event.number, formatProgress(event))
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

/** Returns the line to print for an event, if any. */
function formatNote(terminal: Terminal, event: ApiEvent): string | undefined {
  if (event.__typename === 'NodeLog') return `    ${plain(`${event.nodeId}: ${event.text}`)}`
  if (event.__typename !== 'NodeFinished' || !event.error) return undefined
  const { code, message, position } = event.error
  const place = position ? ` (${showPosition(position)})` : ''
  const again = event.retryInMs === null ? '' : `, retry in ${duration(event.retryInMs)}`
  return `    ${terminal.message(`${event.nodeId}: ${code} ${message}${place}${again}`)}`
}

const WAITING = '·'
const RUNNING = '▸'
const COMPLETED = '✓'
const FAILED = '✗'

function stateSign({ startedAt, finished, failed }: NodeState): string {
  if (startedAt.size > 0) return RUNNING
  if (failed > 0) return FAILED
  return finished > 0 ? COMPLETED : WAITING
}

function formatState({ startedAt, progress, asleep, finished, ms }: NodeState): string {
  if (asleep.size > 0) return `sleeps for ${duration(Math.min(...asleep.values()))}`
  if (progress.size > 0) return [...progress.values()].at(-1) ?? ''
  if (finished === 0) return startedAt.size > 0 ? 'running' : ''
  return finished === 1 ? duration(ms) : `${finished} runs, ${duration(ms)}`
}

function formatProgress({ fraction, note }: { fraction: number; note: string }): string {
  return cut(plain(`${Math.floor(fraction * 100)} % ${note}`.trim()), MAX_PROGRESS)
}

/** Columns for the sign, the gaps and the time. The two names share the other columns. */
const OTHER_COLUMNS = 34

function createRow(terminal: Terminal, states: readonly NodeState[]): Row {
  // A wrapped line takes two rows of the terminal. The next redraw would then erase too few rows.
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
