/** The longest text of one message, in characters. */
const MAX_CHARS = 2000

/** Splits a text into messages, at line breaks if possible. */
export function splitText(text: string): string[] {
  const parts: string[] = []
  for (let rest = text; rest.length > 0;) {
    const line = rest.length > MAX_CHARS ? rest.lastIndexOf('\n', MAX_CHARS) : -1
    const end = line > 0 ? line : endOfPart(rest)
    parts.push(rest.slice(0, end))
    rest = rest.slice(line > 0 ? end + 1 : end)
  }
  return parts
}

/** Does not separate the two units of a character outside the basic plane. */
function endOfPart(text: string): number {
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(MAX_CHARS - 1))
  return text.length > MAX_CHARS && splitsPair ? MAX_CHARS - 1 : MAX_CHARS
}
