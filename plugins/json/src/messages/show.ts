/** A value as JSON, cut for messages. */
export function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100)
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
