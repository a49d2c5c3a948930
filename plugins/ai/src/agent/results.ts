import { z } from 'zod'

/** A step that has ended, as Ashlar records it. */
export const stepSchema = z.object({
  value: z.unknown(),
  calls: z.array(
    z.object({
      nodeId: z.string(),
      outputs: z.record(z.string(), z.array(z.unknown())),
      error: z.object({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
})

export type RecordedStep = z.output<typeof stepSchema>

/** What the model reads about a tool call. A single value is shown without the name of its pin. */
export function describeResult({ outputs, error }: RecordedStep['calls'][number], maxChars: number): string {
  const values = Object.entries(outputs).map(([pin, list]): [string, unknown] => [pin, list.length === 1 ? list[0] : list])
  const [only, second] = values
  const given: unknown = only && !second ? only[1] : Object.fromEntries(values)
  const shown = typeof given === 'string' ? given : JSON.stringify(given)
  if (!error) return cut(values.length === 0 ? 'done, without a result' : shown, maxChars)
  const failure = `error: ${error.message}`
  return cut(values.length === 0 ? failure : `${failure}\nbefore the error: ${shown}`, maxChars)
}

/** Replaces the middle of a text that is too long. */
export function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const start = Math.ceil(maxChars * 0.7)
  const end = Math.floor(maxChars * 0.3)
  return `${text.slice(0, start)}\n… ${text.length - start - end} characters left out …\n${text.slice(-end)}`
}
