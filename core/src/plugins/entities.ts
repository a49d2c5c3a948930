import { defineEntity, p } from '@mikro-orm/core'
import type { PluginManifest } from './manifest.ts'

const PluginBundleSchema = defineEntity({
  name: 'PluginBundle',
  tableName: 'plugin_bundle',
  properties: {
    /** SHA-256 of the code, hexadecimal. */
    digest: p.string().primary(),
    packageName: p.string(),
    version: p.string(),
    builtin: p.boolean(),
    manifest: p.json().$type<PluginManifest>().columnType('json'),
    code: p.text(),
    createdAt: p.datetime(),
  },
})
export class PluginBundle extends PluginBundleSchema.class {}
PluginBundleSchema.setClass(PluginBundle)
