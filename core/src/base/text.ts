/**
 * Whether a column of type `text` can store the text without a change. Postgres rejects U+0000. An unpaired surrogate
 * has no UTF-8 form, so another character would be stored instead.
 */
export function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0')
}
