import { styleText } from 'node:util'
import { withCommandLines } from '../../base/command-line.ts'

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'

/** The terminal or stream to which a command prints its progress. */
export interface Terminal {
  /** Whether written lines can be replaced. False for a file, a pipe and a dumb terminal. */
  readonly redraws: boolean
  size(): { columns: number; rows: number }
  write(text: string): void
  line(text?: string): void
  /** Coloured on a terminal, unless `NO_COLOR` is set. */
  style(style: Style, text: string): string
  /** Formats a message of the server on one line, without control characters. The user can paste the commands in it. */
  message(text: string): string
}

export interface Output {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
  rows?: number
}

export function createTerminal(stream: Output, environment: Readonly<Record<string, string | undefined>>): Terminal {
  const redraws = stream.isTTY === true && environment.TERM !== 'dumb'
  const colours = redraws && !environment.NO_COLOR
  return {
    redraws,
    size: () => ({ columns: stream.columns ?? 80, rows: stream.rows ?? 24 }),
    write: (text) => void stream.write(text),
    line: (text = '') => void stream.write(`${text}\n`),
    style: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
    message: (text) => plain(withCommandLines(text, environment)),
  }
}

/**
 * Puts text on one line, without control characters, because text from blocks and graphs must not control the terminal.
 */
export function plain(text: string): string {
  return withoutControls(text.replaceAll(/\s+/g, ' '))
}

/** Control characters, and those that change the direction in which a line is shown. */
const CONTROLS = /(?![\n\t])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Removes control characters, but keeps lines and tabs. */
export function withoutControls(text: string): string {
  return text.replaceAll(CONTROLS, '')
}

/** Cuts text to at most `length` characters. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(0, length - 1))}…` : text
}

/** Formats a duration: `85 ms`, `1.2 s`, `2 min 5 s`, `3 h 20 min` */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}
