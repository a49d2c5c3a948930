const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether Postgres takes it for a uuid: anything else is the id of nothing. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}
