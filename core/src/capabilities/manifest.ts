import { z } from 'zod'

/** What a manifest may name, by kind. An unknown kind is refused, so that nothing is granted by mistake. */
export const capabilitiesSchema = z.strictObject({
  storage: z
    .array(z.enum(['graph', 'user']))
    .min(1)
    .optional(),
})

export type Capabilities = z.output<typeof capabilitiesSchema>

/** Kinds whose use can be seen outside of the execution. */
const VISIBLE: Record<keyof Capabilities, boolean> = { storage: true }

/** Whether a block with these capabilities can have effects: it is then never run again unasked. */
export function isEffectful(capabilities: Capabilities): boolean {
  return Object.entries(VISIBLE).some(([kind, isVisible]) => isVisible && capabilities[kind as keyof Capabilities] !== undefined)
}

/** One line per power, for people: `{ kind: 'storage', detail: 'graph' }`. */
export function listCapabilities(capabilities: Capabilities): { kind: string; detail: string }[] {
  return (capabilities.storage ?? []).map((scope) => ({ kind: 'storage', detail: scope }))
}
