import { builder } from '../base/builder.ts'

export const CapabilityType = builder.objectRef<{ kind: string; detail: string }>('Capability').implement({
  description: 'A power that the manifest of a block declares.',
  fields: (t) => ({ kind: t.exposeString('kind'), detail: t.exposeString('detail') }),
})
