import { QUOTA_NAMES, type Quota, type QuotaName } from '@ashlar/core'
import { builder } from '../base/builder.ts'

const DESCRIPTIONS: Record<QuotaName, string> = {
  concurrentExecutions: 'Executions that have not finished. Those that a node has started count, but are never refused.',
  executionsPerHour: 'Executions that were started within an hour. Those that a node has started do not count.',
  sandboxMemoryMb: 'Memory of a sandbox process that runs plugins for the account, in MB.',
  storedBytes: 'Bytes of the values that blocks store for later executions.',
  graphs: 'Graphs.',
  publishedVersions: 'Versions of plugins that its user has published.',
}

const toEnumName = (name: QuotaName): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()

const QuotaNameType = builder.enumType('QuotaName', {
  description: 'What a quota limits.',
  values: Object.fromEntries(
    QUOTA_NAMES.map((name) => [toEnumName(name), { value: name, description: DESCRIPTIONS[name] }]),
  ) as Record<string, { value: QuotaName; description: string }>,
})

/** Numbers are floats, because bytes exceed 32 bits. */
export const QuotaType = builder.objectRef<Quota>('Quota').implement({
  description: 'What an account has of one kind, and what it may have.',
  fields: (t) => ({
    name: t.expose('name', { type: QuotaNameType, description: 'What is limited.' }),
    used: t.exposeFloat('used', {
      nullable: true,
      description: 'What the account has. Null for memory, which each worker measures on its own.',
    }),
    limit: t.exposeFloat('limit', { nullable: true, description: 'What the account may have. Null for no limit.' }),
  }),
})
