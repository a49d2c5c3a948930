import type { GrantDefinition } from '../capability/index.ts'
import { describeHttpEntry, httpGrantSchema, type HttpGrant } from './rules/index.ts'

/** The entries of `http` in a manifest: rules, the hosts that an input names, or every host. */
export const httpGrant = {
  schema: httpGrantSchema,
  summary: 'Sends requests to other servers.',
  isEffectful: true,
  describe: (grant) => grant.map(describeHttpEntry),
  qualify: (grant, plugin) =>
    grant.map((entry) =>
      typeof entry === 'object' && 'fromCredential' in entry && !entry.fromCredential.includes('/')
        ? { fromCredential: `${plugin}/${entry.fromCredential}` }
        : entry,
    ),
  inputPins: (grant) => grant.flatMap((entry) => (typeof entry === 'object' && 'fromInput' in entry ? [entry.fromInput] : [])),
} satisfies GrantDefinition<HttpGrant>
