import type { Block, BlockContext } from '@ashlar/sdk'
import { showValue } from '../../base/index.ts'
import { parseUsage } from '../channel/index.ts'
import { GuestFailure, postLog, postProgress, postUsage, reportIfDue } from './io/outbox.ts'
import { addPiece } from './io/text-pieces.ts'

const MAX_NOTE_CHARS = 200
const LEVELS: readonly unknown[] = ['debug', 'info', 'warn', 'error']

/** Creates the `progress` function of one call of a block. */
export function progressFor(callId: number): BlockContext['progress'] {
  return (fraction, note = '') => {
    if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1))
      throw new GuestFailure('BAD_INPUT', `progress takes a fraction from 0 to 1, got ${String(fraction)}`)
    if (typeof note !== 'string' || note.length > MAX_NOTE_CHARS)
      throw new GuestFailure('BAD_INPUT', `the note of progress must be a string of at most ${MAX_NOTE_CHARS} characters`)
    postProgress(callId, fraction, note)
  }
}

/**
 * Creates the `log` function of one call of a block. Unlike a console line, its line certainly belongs to this call.
 */
export function logFor(callId: number): BlockContext['log'] {
  return (text, level = 'info') => {
    if (!LEVELS.includes(level))
      throw new GuestFailure('BAD_INPUT', `log takes one of the levels ${LEVELS.join(', ')}, got ${String(level)}`)
    postLog(level, String(text), callId)
  }
}

/** Creates the `stream` function of one call of a block. */
export function streamFor(callId: number, { output }: Block): BlockContext['stream'] {
  return (pin, text) => {
    if (typeof pin !== 'string' || !Object.hasOwn(output.shape, pin))
      throw new GuestFailure('BAD_INPUT', `stream takes the name of an output pin of the block, got ${showValue(pin)}`)
    if (typeof text !== 'string') throw new GuestFailure('BAD_INPUT', `stream takes a text, got ${showValue(text)}`)
    if (text === '') return
    addPiece(callId, pin, text)
    reportIfDue()
  }
}

/** Creates the `usage` function of one call of a block. */
export function usageFor(callId: number): BlockContext['usage'] {
  return (usage) => {
    const parsed = parseUsage(usage)
    if (typeof parsed === 'string') throw new GuestFailure('BAD_INPUT', parsed)
    postUsage(callId, parsed)
  }
}
