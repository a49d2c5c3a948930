import type { AuthorSignature, PluginCheck, VersionReport } from '@ashlar/core'
import { UserType } from '../refs/accounts.ts'
import { builder } from '../base/builder.ts'
import { CapabilityType } from '../refs/capability.ts'
import { PluginType, PluginVersionType } from '../refs/catalogue.ts'

const PluginVersionStatus = builder.enumType('PluginVersionStatus', { values: ['PUBLISHED', 'INSTALLED'] as const })

const PluginCheckType = builder.objectRef<PluginCheck>('PluginCheck').implement({
  description:
    'A check that ran when the version was published. A check that is not `ok` is a remark. A version with an error is rejected.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: '`tarball`, `package`, `signature`, `sdk`, `bundle`, `manifest`, `claims` or `tests`.',
    }),
    ok: t.exposeBoolean('ok'),
    message: t.exposeString('message'),
    position: t.exposeString('position', { nullable: true, description: 'The file in the package that the check is about.' }),
  }),
})

const PluginTests = builder.objectRef<VersionReport['tests']>('PluginTests').implement({
  description: 'The tests of its blocks. All of them have passed.',
  fields: (t) => ({
    total: t.exposeInt('total'),
    blocksWithout: t.exposeStringList('blocksWithout', { description: 'The names of the blocks without tests.' }),
  }),
})

const PluginReportType = builder.objectRef<VersionReport>('PluginReport').implement({
  description: 'The results of the checks when the version was published.',
  fields: (t) => ({
    checks: t.expose('checks', { type: [PluginCheckType] }),
    tests: t.expose('tests', { type: PluginTests }),
    bundleBytes: t.exposeInt('bundleBytes'),
    capabilities: t.expose('capabilities', { type: [CapabilityType], description: 'The capabilities that its blocks declare.' }),
    licence: t.exposeString('licence', { description: 'The licence in its package.json, such as `MIT`.' }),
  }),
})

const PluginSignature = builder.objectRef<AuthorSignature & { userId: string }>('PluginSignature').implement({
  description:
    'The Ed25519 signature of the author of a version. Every later version of the package must be signed with the same key.',
  fields: (t) => ({
    keyId: t.exposeString('keyId', { description: 'SHA-256 of the public key.' }),
    publicKey: t.exposeString('publicKey', { description: 'Ed25519 public key, 32 bytes as base64.' }),
    signedBy: t.string({
      description: 'The name of the user who published the version.',
      resolve: async ({ userId }, _args, { runtime }) => (await runtime.accounts.find([userId])).get(userId)?.name ?? '',
    }),
  }),
})

builder.objectType(PluginVersionType, {
  description: 'An immutable version of a plugin that was published to this installation.',
  fields: (t) => ({
    packageName: t.exposeString('packageName'),
    version: t.exposeString('version'),
    description: t.exposeString('description'),
    digest: t.exposeString('digest', { description: 'SHA-256 of its bundle. Graph versions pin this digest.' }),
    tarballDigest: t.exposeString('tarballDigest', {
      description: 'SHA-256 of the files in its tarball. The author signs this digest.',
    }),
    status: t.field({
      type: PluginVersionStatus,
      resolve: ({ packageName, version }, _args, { runtime }) => {
        const report = runtime.plugins.reports().find((each) => each.packageName === packageName)
        return report?.origin === 'STORE' && report.version === version ? 'INSTALLED' : 'PUBLISHED'
      },
    }),
    plugin: t.field({ type: PluginType, resolve: ({ packageName }) => packageName }),
    publishedAt: t.expose('publishedAt', { type: 'DateTime' }),
    publishedBy: t.field({
      type: UserType,
      nullable: true,
      description: 'Null unless you have published the version.',
      resolve: ({ publishedBy }, _args, { user }) => (publishedBy === user.id ? user : null),
    }),
    report: t.expose('report', { type: PluginReportType }),
    signature: t.field({
      type: PluginSignature,
      nullable: true,
      resolve: ({ signature, publishedBy }) => signature && { ...signature, userId: publishedBy },
    }),
  }),
})
