import { builder } from '../base/builder.ts'
import { CapabilityKind } from './catalogue-enums.ts'

export const CapabilityType = builder.objectRef<{ kind: string; detail: string }>('Capability').implement({
  description: 'A power that the manifest of a block declares.',
  fields: (t) => ({
    kind: t.field({ type: CapabilityKind, description: 'The kind of the capability.', resolve: ({ kind }) => kind }),
    detail: t.exposeString('detail', { description: 'For people: what it covers, such as `GET api.github.com/repos/*`.' }),
  }),
})
