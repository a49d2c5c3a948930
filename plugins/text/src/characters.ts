/** The first characters of a text, counted as Unicode code points; a character above U+FFFF is never cut in half. */
export function firstCharacters(text: string, count: number): string {
  // Never more characters than code units.
  if (text.length <= count) return text
  let end = 0
  for (let i = 0; i < count && end < text.length; i++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  return text.slice(0, end)
}

/** An expression that finds a text, and never in the half of a character. */
export function literalExpression(text: string): RegExp {
  return new RegExp(RegExp.escape(text), 'gu')
}
