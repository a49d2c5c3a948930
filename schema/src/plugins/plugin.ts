import type { PluginReport } from '@ashlar/core'
import { builder } from '../builder.ts'
import { connectionOf, parsePage, sliceOf } from '../connections.ts'
import { BlockType, PluginConnection, PluginType } from './refs.ts'

const PluginStatus = builder.enumType('PluginStatus', { values: ['LOADED', 'FAILED'] as const })

const PluginFailure = builder.objectRef<{ code: string; message: string }>('PluginFailure').implement({
  description: 'Why a plugin did not load.',
  fields: (t) => ({ code: t.exposeString('code'), message: t.exposeString('message') }),
})

builder.objectType(PluginType, {
  description: 'A package of blocks.',
  fields: (t) => ({
    packageName: t.exposeString('packageName'),
    version: t.exposeString('version'),
    status: t.expose('status', { type: PluginStatus }),
    error: t.field({ type: PluginFailure, nullable: true, resolve: ({ error }) => error }),
    name: t.string({ nullable: true, description: 'Qualifies the names of its blocks.', resolve: ({ plugin }) => plugin?.name }),
    digest: t.string({ nullable: true, description: 'SHA-256 of its code.', resolve: ({ plugin }) => plugin?.bundle.digest }),
    blocks: t.field({ type: [BlockType], resolve: ({ plugin }) => plugin?.blocks ?? [] }),
  }),
})

builder.queryField('plugins', (t) =>
  t.connection(
    {
      type: PluginType,
      description: 'Plugins that were found, those that failed to load with the reason.',
      resolve: (_root, page, { runtime }) => {
        const id = ({ packageName }: PluginReport): string => packageName
        return connectionOf(sliceOf(runtime.plugins.reports(), parsePage(page), id), id)
      },
    },
    PluginConnection,
  ),
)
