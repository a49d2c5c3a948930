import type { AuthorSignature, PluginCheck, VersionReport } from '@ashlar/core'
import { UserType } from '../refs/accounts.ts'
import { builder } from '../base/builder.ts'
import type { SchemaContext } from '../base/context.ts'
import { CapabilityType } from '../refs/capability.ts'
import { PluginType, PluginVersionType } from '../refs/catalogue.ts'
import { PluginCheckName, PluginVersionStatusType } from '../refs/catalogue-enums.ts'
import { loadTogether } from '../base/batch.ts'

const PluginCheckType = builder.objectRef<PluginCheck>('PluginCheck').implement({
  description:
    'A check that ran when the version was published. A check that is not `ok` is a remark. A version with an error is rejected.',
  fields: (t) => ({
    name: t.expose('name', { type: PluginCheckName, description: 'What was checked.' }),
    ok: t.exposeBoolean('ok', { description: 'Whether the check passed without a remark.' }),
    message: t.exposeString('message', { description: 'For people: the result or the remark.' }),
    position: t.exposeString('position', {
      nullable: true,
      description: 'The file in the package that the check is about. Null if it is about no file.',
    }),
  }),
})

const PluginTests = builder.objectRef<VersionReport['tests']>('PluginTests').implement({
  description: 'The tests of its blocks. All of them have passed.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'The number of tests.' }),
    blocksWithout: t.exposeStringList('blocksWithout', { description: 'The names of the blocks without tests.' }),
  }),
})

const PluginReportType = builder.objectRef<VersionReport>('PluginReport').implement({
  description: 'The results of the checks when the version was published.',
  fields: (t) => ({
    checks: t.expose('checks', { type: [PluginCheckType], description: 'The checks in the order in which they ran.' }),
    tests: t.expose('tests', { type: PluginTests, description: 'The tests of its blocks.' }),
    bundleBytes: t.exposeInt('bundleBytes', { description: 'The size of its bundle in bytes.' }),
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
      description: 'The name of the user who published the version. Empty if the user no longer exists.',
      resolve: ({ userId }, _args, context) => loadTogether(context, 'User.name', userId, (ids) => findNames(ids, context)),
    }),
  }),
})

async function findNames(ids: readonly string[], { runtime }: SchemaContext): Promise<Map<string, string>> {
  const users = await runtime.users.find(ids)
  return new Map(ids.map((id) => [id, users.get(id)?.name ?? '']))
}

builder.objectType(PluginVersionType, {
  description: 'An immutable version of a plugin that was published to this installation.',
  fields: (t) => ({
    packageName: t.exposeString('packageName', { description: 'The name of the npm package.' }),
    version: t.exposeString('version', { description: 'The version, such as `1.2.0`.' }),
    description: t.exposeString('description', { description: 'The description in its package.json.' }),
    digest: t.exposeString('digest', { description: 'SHA-256 of its bundle. Graph versions pin this digest.' }),
    tarballDigest: t.exposeString('tarballDigest', {
      description: 'SHA-256 of the files in its tarball. The author signs this digest.',
    }),
    status: t.field({
      type: PluginVersionStatusType,
      description: 'Whether the installation, or one of your accounts, has installed the version.',
      resolve: async (version, _args, { api }) => (await api.plugins.readStatuses())(version),
    }),
    plugin: t.field({
      type: PluginType,
      nullable: true,
      description: 'The plugin of which this is a version.',
      resolve: ({ packageName }) => packageName,
    }),
    publishedAt: t.expose('publishedAt', { type: 'DateTime', description: 'The time when the version was published.' }),
    publishedBy: t.field({
      type: UserType,
      nullable: true,
      description: 'Null unless you have published the version.',
      resolve: ({ publishedBy }, _args, { caller: { user } }) => (publishedBy === user.id ? user : null),
    }),
    report: t.expose('report', {
      type: PluginReportType,
      description: 'The results of the checks when the version was published.',
    }),
    signature: t.field({
      type: PluginSignature,
      nullable: true,
      description: 'The signature of the author. Null if the version is not signed.',
      resolve: ({ signature, publishedBy }) => signature && { ...signature, userId: publishedBy },
    }),
  }),
})
