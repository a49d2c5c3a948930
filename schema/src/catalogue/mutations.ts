import type { PluginVersion } from '@ashlar/core'
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

defineMutation('installPlugin', {
  scope: 'ADMIN',
  description: 'Makes the blocks of a published plugin available. Only the owner of the installation may do this.',
  input: (t) => ({
    packageName: t.string(PACKAGE_NAME),
    version: t.string({ description: 'The default is the newest version that is not a prerelease.' }),
  }),
  payload: pluginFields,
  resolve: async ({ packageName, version }, { api }) => {
    await api.plugins.install(packageName, version ?? undefined)
    return { packageName }
  },
})

defineMutation('setPluginVersion', {
  scope: 'ADMIN',
  description: 'Replaces the installed version of a plugin. New graph versions use it. Existing ones keep theirs.',
  input: (t) => ({
    packageName: t.string(PACKAGE_NAME),
    version: t.string({ required: true, description: 'A published version, such as `1.2.0`.' }),
  }),
  payload: pluginFields,
  resolve: async ({ packageName, version }, { api }) => {
    await api.plugins.setVersion(packageName, version)
    return { packageName }
  },
})

defineMutation('uninstallPlugin', {
  scope: 'ADMIN',
  description: 'Removes the blocks of a plugin from new graph versions. Existing graph versions continue to run.',
  input: (t) => ({ packageName: t.string(PACKAGE_NAME) }),
  payload: pluginFields,
  resolve: async ({ packageName }, { api }) => {
    await api.plugins.uninstall(packageName)
    return { packageName }
  },
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
