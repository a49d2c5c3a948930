import { z } from 'zod'
import { describeEntry, httpGrantSchema } from './http/index.ts'

/** What a manifest may name, by kind. An unknown kind is refused, so that nothing is granted by mistake. */
export const capabilitiesSchema = z.strictObject(
  {
    storage: z
      .array(z.enum(['graph', 'user']))
      .min(1)
      .optional(),
    http: httpGrantSchema.optional(),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? unknownKinds(issue.keys) : undefined) },
)

export type Capabilities = z.output<typeof capabilitiesSchema>

/** Kinds whose use can be seen outside of the execution. */
const VISIBLE: Record<keyof Capabilities, boolean> = { storage: true, http: true }

/** Whether a block with these capabilities can have effects: it is then never run again unasked. */
export function isEffectful(capabilities: Capabilities): boolean {
  return Object.entries(VISIBLE).some(([kind, isVisible]) => isVisible && capabilities[kind as keyof Capabilities] !== undefined)
}

/** One line per power, for people: `{ kind: 'storage', detail: 'graph' }`, `{ kind: 'http', detail: 'GET api.github.com/repos/*' }`. */
export function listCapabilities({ storage = [], http = [] }: Capabilities): { kind: string; detail: string }[] {
  return [
    ...storage.map((scope) => ({ kind: 'storage', detail: scope })),
    ...http.map((entry) => ({ kind: 'http', detail: describeEntry(entry) })),
  ]
}

/** The input pins that decide what a block may reach. */
export function pinsOfCapabilities({ http = [] }: Capabilities): string[] {
  return http.flatMap((entry) => (typeof entry === 'object' && 'fromInput' in entry ? [entry.fromInput] : []))
}

function unknownKinds(kinds: readonly string[]): string {
  const names = kinds.map((kind) => JSON.stringify(kind)).join(', ')
  return `there is no capability ${names}; there are ${Object.keys(VISIBLE).join(' and ')}`
}
