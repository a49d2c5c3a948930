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
    /** Of its bundle: what graph versions pin. */
    digest: p.string(),
    /** Of the files of its tarball: what is signed. See `digestOfFiles`. */
    tarballDigest: p.string(),
    description: p.text(),
    publishedAt: p.datetime(),
    /** A user. */
    publishedBy: p.uuid(),
    report: p.json().$type<VersionReport>().columnType('json'),
    signature: p.json().$type<AuthorSignature>().columnType('json').nullable(),
  },
})
export class PluginVersion extends PluginVersionSchema.class {}
PluginVersionSchema.setClass(PluginVersion)
