import { builder } from '../base/builder.ts'
import { EXPECTED_OR_FORBIDDEN, withExpectedErrors } from '../errors/index.ts'
import { PluginType, PluginVersionType } from '../refs/catalogue.ts'

const PluginSignatureInput = builder.inputType('PluginSignatureInput', {
  description:
    'A signature of the text `ashlar-plugin-v1`, package name, version and `tarballDigest`, each on its own line, without a final newline.',
  fields: (t) => ({
    publicKey: t.string({ required: true, description: 'Ed25519 public key, 32 bytes as base64.' }),
    signature: t.string({ required: true, description: 'Ed25519 signature, 64 bytes as base64.' }),
  }),
})

const PublishPluginInput = builder.inputType('PublishPluginInput', {
  fields: (t) => ({
    tarball: t.field({ type: 'Base64', required: true, description: 'The output of `npm pack`, at most 10 MiB.' }),
    signature: t.field({ type: PluginSignatureInput }),
  }),
})

const InstallPluginInput = builder.inputType('InstallPluginInput', {
  fields: (t) => ({
    packageName: t.string({ required: true }),
    version: t.string({ description: 'The default is the newest version that is not a prerelease.' }),
  }),
})

const SetPluginVersionInput = builder.inputType('SetPluginVersionInput', {
  fields: (t) => ({ packageName: t.string({ required: true }), version: t.string({ required: true }) }),
})

const UninstallPluginInput = builder.inputType('UninstallPluginInput', {
  fields: (t) => ({ packageName: t.string({ required: true }) }),
})

builder.mutationFields((t) => ({
  publishPlugin: t.field({
    type: PluginVersionType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description:
      'Checks a version of a plugin, runs the tests of its blocks and stores it. Publishing the same content again succeeds.',
    args: { input: t.arg({ type: PublishPluginInput, required: true }) },
    resolve: withExpectedErrors((_root, { input: { tarball, signature } }, { runtime, user }) =>
      runtime.pluginStore.publish(user.id, { tarball, signature: signature ?? undefined }),
    ),
  }),
  installPlugin: t.field({
    type: PluginType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description: 'Makes the blocks of a published plugin available. Only the owner of the installation may do this.',
    args: { input: t.arg({ type: InstallPluginInput, required: true }) },
    resolve: withExpectedErrors(async (_root, { input: { packageName, version } }, { runtime, user }) => {
      await runtime.pluginStore.install(user.id, packageName, version ?? undefined)
      return packageName
    }),
  }),
  setPluginVersion: t.field({
    type: PluginType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description: 'Replaces the installed version of a plugin. New graph versions use it. Existing ones keep theirs.',
    args: { input: t.arg({ type: SetPluginVersionInput, required: true }) },
    resolve: withExpectedErrors(async (_root, { input: { packageName, version } }, { runtime, user }) => {
      await runtime.pluginStore.setVersion(user.id, packageName, version)
      return packageName
    }),
  }),
  uninstallPlugin: t.field({
    type: PluginType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description: 'Removes the blocks of a plugin from new graph versions. Existing graph versions continue to run.',
    args: { input: t.arg({ type: UninstallPluginInput, required: true }) },
    resolve: withExpectedErrors(async (_root, { input: { packageName } }, { runtime, user }) => {
      await runtime.pluginStore.uninstall(user.id, packageName)
      return packageName
    }),
  }),
}))
