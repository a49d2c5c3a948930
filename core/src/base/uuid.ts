const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether Postgres accepts the text as a uuid in its canonical form. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}
