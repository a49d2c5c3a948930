/** Returns the first Unicode code points of a text. Does not split surrogate pairs. */
export function firstCharacters(text: string, count: number): string {
  // A text never has more code points than code units.
  if (text.length <= count) return text
  let end = 0
  for (let i = 0; i < count && end < text.length; i++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  return text.slice(0, end)
}

/** Returns an expression that matches literal text, but never half of a surrogate pair. */
export function literalExpression(text: string): RegExp {
  return new RegExp(RegExp.escape(text), 'gu')
}
