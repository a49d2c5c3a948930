/**
 * Whether a column of type `text` keeps it as it is: Postgres refuses U+0000, and an unpaired surrogate has no UTF-8 form,
 * so that another character would be stored in its place.
 */
export function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0')
}
