/** Shows a value in an error message. */
export function showText(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 100 ? `${Array.from(text).slice(0, 100).join('')}…` : text
}
