import type { AuthorSignature, PluginCheck, VersionReport } from '@ashlar/core'
import { UserType } from '../refs/accounts.ts'
import { builder } from '../base/builder.ts'
import { CapabilityType } from '../refs/capability.ts'
import { PluginType, PluginVersionType } from '../refs/catalogue.ts'

const PluginVersionStatus = builder.enumType('PluginVersionStatus', { values: ['PUBLISHED', 'INSTALLED'] as const })

const PluginCheckType = builder.objectRef<PluginCheck>('PluginCheck').implement({
  description:
    'Something that was looked at when a version was published. One that is not `ok` is a remark: what is wrong is refused.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: '`tarball`, `package`, `signature`, `sdk`, `bundle`, `manifest`, `claims` or `tests`.',
    }),
    ok: t.exposeBoolean('ok'),
    message: t.exposeString('message'),
    position: t.exposeString('position', { nullable: true, description: 'The file in the package.' }),
  }),
})

const PluginTests = builder.objectRef<VersionReport['tests']>('PluginTests').implement({
  description: 'The tests of its blocks; every one has passed.',
  fields: (t) => ({
    total: t.exposeInt('total'),
    blocksWithout: t.exposeStringList('blocksWithout', { description: 'Names of the blocks that have none.' }),
  }),
})

const PluginReportType = builder.objectRef<VersionReport>('PluginReport').implement({
  description: 'What is worth knowing of a version before it is installed.',
  fields: (t) => ({
    checks: t.expose('checks', { type: [PluginCheckType] }),
    tests: t.expose('tests', { type: PluginTests }),
    bundleBytes: t.exposeInt('bundleBytes'),
    capabilities: t.expose('capabilities', { type: [CapabilityType], description: 'What its blocks may do beyond computing.' }),
    licence: t.exposeString('licence', { description: 'As its package.json names it, such as `MIT`.' }),
  }),
})

const PluginSignature = builder.objectRef<AuthorSignature & { userId: string }>('PluginSignature').implement({
  description: 'Who vouches for a version, with an Ed25519 key. Every later version of the package has one by the same key.',
  fields: (t) => ({
    keyId: t.exposeString('keyId', { description: 'SHA-256 of the public key.' }),
    publicKey: t.exposeString('publicKey', { description: '32 bytes as base64.' }),
    signedBy: t.string({
      description: 'Name of the user who published it.',
      resolve: async ({ userId }, _args, { runtime }) => (await runtime.accounts.find([userId])).get(userId)?.name ?? '',
    }),
  }),
})

builder.objectType(PluginVersionType, {
  description: 'A version of a plugin that was published to this installation. It never changes.',
  fields: (t) => ({
    packageName: t.exposeString('packageName'),
    version: t.exposeString('version'),
    description: t.exposeString('description'),
    digest: t.exposeString('digest', { description: 'SHA-256 of its code as it is run, which graph versions pin.' }),
    tarballDigest: t.exposeString('tarballDigest', { description: 'Of the files of its tarball, which its author signs.' }),
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
      description: 'You; nobody is told of others.',
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
