/**
 * A piece of the text that a block is about to yield on a pin. It is not part of the journal: it is sent once, to the
 * subscribers of the moment.
 */
export interface OutputDelta {
  node: string
  n: number
  attempt: number
  pin: string
  /** The number of earlier characters of the text. If it is 0, a new text starts. */
  offset: number
  text: string
  /** The last event of the journal when the text was produced. It precedes the piece. */
  after: number
}

/** The maximum length of the payload of a notification is 7999 bytes. */
const MAX_PAYLOAD_BYTES = 7900
/** More characters do not fit into a payload in any case. */
const MAX_TEXT_CHARS = 4000
const ID_CHARS = 36

/**
 * Encodes the beginning of a delta as the payload of a notification: the id of the execution and JSON.
 *
 * @returns the payload and the number of characters of the text that it contains; undefined if none fits
 */
export function encodeDelta(executionId: string, delta: OutputDelta): { payload: string; chars: number } | undefined {
  for (let chars = Math.min(delta.text.length, MAX_TEXT_CHARS); chars > 0; chars >>= 1) {
    const whole = splitsPair(delta.text, chars) && chars > 1 ? chars - 1 : chars
    const payload = executionId + JSON.stringify({ ...delta, text: delta.text.slice(0, whole) })
    if (Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES) return { payload, chars: whole }
  }
  return undefined
}

/** @returns the id of the execution */
export function executionOf(payload: string): string {
  return payload.slice(0, ID_CHARS)
}

export function decodeDelta(payload: string): OutputDelta {
  return JSON.parse(payload.slice(ID_CHARS)) as OutputDelta
}

function splitsPair(text: string, index: number): boolean {
  const code = text.charCodeAt(index - 1)
  return index < text.length && code >= 0xd800 && code < 0xdc00
}
