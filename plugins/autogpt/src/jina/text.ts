const MAX_SHOWN = 200

/** @param service its name for the error @throws {Error} when the response is a failure */
export async function toText(response: Response, service: string): Promise<string> {
  const text = await response.text()
  if (response.ok) return text
  throw new Error(`${service} responded with status ${response.status}${text === '' ? '' : `: ${text.slice(0, MAX_SHOWN)}`}`)
}
