const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether Postgres accepts the text as a uuid in its canonical form. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}

/** The time at which a UUID v7 was created. */
export function uuidTime(id: string): Date {
  return new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16))
}
