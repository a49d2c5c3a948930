import type { PluginVersion } from '@ashlar/core'
import { parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { defineMutation, type PayloadBuilder } from '../base/mutation.ts'
import { PluginType, PluginVersionList, PluginVersionType } from '../refs/catalogue.ts'
import { PACKAGE_NAME, pluginFields } from './plugin-payload.ts'

const PluginSignatureInput = builder.inputType('PluginSignatureInput', {
  description:
    'A signature of the text `ashlar-plugin-v1`, package name, version and `tarballDigest`, each on its own line, without a final newline.',
  fields: (t) => ({
    publicKey: t.string({ required: true, description: 'Ed25519 public key, 32 bytes as base64.' }),
    signature: t.string({ required: true, description: 'Ed25519 signature, 64 bytes as base64.' }),
  }),
})

const versionFields = (t: PayloadBuilder<{ pluginVersion: PluginVersion }>) => ({
  pluginVersion: t.field({
    type: PluginVersionType,
    nullable: true,
    description: 'The version.',
    resolve: ({ pluginVersion }) => pluginVersion,
  }),
  pluginVersionEdge: t.field({
    type: PluginVersionList.Edge,
    nullable: true,
    description: 'The edge of the version, for lists of versions.',
    resolve: ({ pluginVersion }) => pluginVersion && PluginVersionList.toEdge(pluginVersion),
  }),
})

defineMutation('publishPlugin', {
  scope: 'PUBLISH_PLUGINS',
  description:
    'Checks a version of a plugin, runs the tests of its blocks and stores it. Publishing the same content again succeeds.',
  input: (t) => ({
    tarball: t.field({ type: 'Base64', required: true, description: 'The output of `npm pack`, at most 10 MiB.' }),
    signature: t.field({ type: PluginSignatureInput, description: 'Required if an earlier version of the package is signed.' }),
  }),
  payload: versionFields,
  resolve: async ({ tarball, signature }, { api }) => ({
    pluginVersion: await api.plugins.publish({ tarball, signature: signature ?? undefined }),
  }),
})

const WHO =
  'Plugins of the installation require its owner and the scope `ADMIN`, those of an account the role ADMIN and the scope `MANAGE_ACCOUNT`.'
const INSTALL_ACCOUNT = {
  description:
    'Global id. The account that uses the plugin. The default is the installation for its owner, and the personal account for other users.',
}

defineMutation('installPlugin', {
  scope: 'ANY',
  description: `Makes the blocks of a published plugin available. ${WHO}`,
  input: (t) => ({
    packageName: t.string(PACKAGE_NAME),
    version: t.string({ description: 'The default is the newest version that is not a prerelease.' }),
    accountId: t.id(INSTALL_ACCOUNT),
  }),
  payload: pluginFields,
  resolve: ({ packageName, version, accountId }, { api }) =>
    api.plugins.install(packageName, version ?? undefined, parseAccountId(accountId)),
})

defineMutation('setPluginVersion', {
  scope: 'ANY',
  description: `Replaces the installed version of a plugin. New graph versions use it. Existing ones keep theirs. ${WHO}`,
  input: (t) => ({
    packageName: t.string(PACKAGE_NAME),
    version: t.string({ required: true, description: 'A published version, such as `1.2.0`.' }),
    accountId: t.id(INSTALL_ACCOUNT),
  }),
  payload: pluginFields,
  resolve: ({ packageName, version, accountId }, { api }) =>
    api.plugins.setVersion(packageName, version, parseAccountId(accountId)),
})

defineMutation('uninstallPlugin', {
  scope: 'ANY',
  description: `Removes the blocks of a plugin from new graph versions. Existing graph versions continue to run. ${WHO}`,
  input: (t) => ({ packageName: t.string(PACKAGE_NAME), accountId: t.id(INSTALL_ACCOUNT) }),
  payload: pluginFields,
  resolve: ({ packageName, accountId }, { api }) => api.plugins.uninstall(packageName, parseAccountId(accountId)),
})

const PluginScan = builder.objectRef<{ complete: boolean }>('PluginScan').implement({
  description: 'The result of a scan of the plugin folders.',
  fields: (t) => ({
    complete: t.exposeBoolean('complete', {
      description: 'Whether every worker has scanned its folders. False when one did not finish within 10 seconds.',
    }),
    failedPlugins: t.field({
      type: [PluginType],
      description: 'The plugins that did not load, with the reason in `error`.',
      resolve: (_scan, _args, { runtime }) =>
        runtime.plugins
          .reports()
          .filter(({ status }) => status === 'FAILED')
          .map(({ packageName }) => packageName),
    }),
  }),
})

defineMutation('scanPlugins', {
  scope: 'ADMIN',
  description:
    'Scans the plugin folders of all workers and loads changed plugins. A running server also detects changes automatically after a short delay. Only the owner of the installation may do this.',
  payload: (t: PayloadBuilder<{ scan: { complete: boolean } }>) => ({
    scan: t.field({ type: PluginScan, nullable: true, description: 'The result.', resolve: ({ scan }) => scan }),
  }),
  resolve: async (_input, { api }) => ({ scan: { complete: await api.plugins.scan() } }),
})
