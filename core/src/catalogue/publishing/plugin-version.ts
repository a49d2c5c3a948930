import { defineEntity, p } from '@mikro-orm/core'
import type { AuthorSignature } from './signature.ts'
import type { VersionReport } from './report.ts'

const PluginVersionSchema = defineEntity({
  name: 'PluginVersion',
  tableName: 'plugin_version',
  properties: {
    /** `<package name>@<version>` */
    id: p.string().primary(),
    packageName: p.string(),
    version: p.string(),
    /** The digest of its bundle, which graph versions pin. */
    digest: p.string(),
    /** The signed digest of the files in its tarball. See `digestFiles`. */
    tarballDigest: p.string(),
    description: p.text(),
    publishedAt: p.datetime(),
    /** The id of a user. */
    publishedBy: p.uuid(),
    report: p.json().$type<VersionReport>().columnType('json'),
    signature: p.json().$type<AuthorSignature>().columnType('json').nullable(),
  },
})
export class PluginVersion extends PluginVersionSchema.class {}
PluginVersionSchema.setClass(PluginVersion)
