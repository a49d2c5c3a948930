import { MAX_PIECE_CHARS } from '../../channel/index.ts'

/** The pieces of a text that a call will yield on a pin. */
interface StreamedText {
  /** The characters that have been gathered so far. */
  length: number
  /** The last of them, which have not been reported. */
  waiting: string
}

const texts = new Map<number, Map<string, StreamedText>>()

/** Adds a piece to the text of a pin. */
export function addPiece(callId: number, pin: string, piece: string): void {
  const ofCall = texts.get(callId) ?? new Map<string, StreamedText>()
  if (ofCall.size === 0) texts.set(callId, ofCall)
  const text = ofCall.get(pin) ?? { length: 0, waiting: '' }
  ofCall.set(pin, text)
  text.length += piece.length
  text.waiting = (text.waiting + piece).slice(-MAX_PIECE_CHARS)
}

/** Removes and returns the events of all pieces that have not been reported, as JSON texts. */
export function takePieces(): string[] {
  const events: string[] = []
  if (texts.size === 0) return events
  for (const [id, ofCall] of texts)
    for (const [pin, text] of ofCall) {
      if (text.waiting === '') continue
      const offset = text.length - text.waiting.length
      events.push(`{"t":"s","id":${id},"pin":${JSON.stringify(pin)},"offset":${offset},"text":${JSON.stringify(text.waiting)}}`)
      text.waiting = ''
    }
  return events
}

/** The call has yielded on the pin: its next piece starts a new text. */
export function endText(callId: number, pin: string): void {
  if (texts.size > 0) texts.get(callId)?.delete(pin)
}

/** The call has ended. */
export function endTexts(callId: number): void {
  if (texts.size > 0) texts.delete(callId)
}
