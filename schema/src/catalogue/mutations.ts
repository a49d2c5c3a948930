import { builder } from '../base/builder.ts'
import { EXPECTED_OR_FORBIDDEN, expected } from '../errors/index.ts'
import { PluginType, PluginVersionType } from '../refs/catalogue.ts'

const PluginSignatureInput = builder.inputType('PluginSignatureInput', {
  description:
    'Of the text `ashlar-plugin-v1`, package name, version and `tarballDigest`, on a line each, without a last newline.',
  fields: (t) => ({
    publicKey: t.string({ required: true, description: 'Ed25519, 32 bytes as base64.' }),
    signature: t.string({ required: true, description: 'Ed25519, 64 bytes as base64.' }),
  }),
})

const PublishPluginInput = builder.inputType('PublishPluginInput', {
  fields: (t) => ({
    tarball: t.field({ type: 'Base64', required: true, description: 'What `npm pack` writes; at most 10 MiB.' }),
    signature: t.field({ type: PluginSignatureInput }),
  }),
})

const InstallPluginInput = builder.inputType('InstallPluginInput', {
  fields: (t) => ({
    packageName: t.string({ required: true }),
    version: t.string({ description: 'The newest that is no prerelease, unless given.' }),
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
      'Checks a version of a plugin, runs the tests of its blocks, and keeps it. That it is there already, with the same content, is no error.',
    args: { input: t.arg({ type: PublishPluginInput, required: true }) },
    resolve: expected((_root, { input: { tarball, signature } }, { runtime, user }) =>
      runtime.pluginStore.publish(user.id, { tarball, signature: signature ?? undefined }),
    ),
  }),
  installPlugin: t.field({
    type: PluginType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description: 'Makes the blocks of a published plugin known. For the owner of the installation.',
    args: { input: t.arg({ type: InstallPluginInput, required: true }) },
    resolve: expected(async (_root, { input: { packageName, version } }, { runtime, user }) => {
      await runtime.pluginStore.install(user.id, packageName, version ?? undefined)
      return packageName
    }),
  }),
  setPluginVersion: t.field({
    type: PluginType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description: 'Puts another version in the place of the installed one: new graph versions take it, others keep theirs.',
    args: { input: t.arg({ type: SetPluginVersionInput, required: true }) },
    resolve: expected(async (_root, { input: { packageName, version } }, { runtime, user }) => {
      await runtime.pluginStore.setVersion(user.id, packageName, version)
      return packageName
    }),
  }),
  uninstallPlugin: t.field({
    type: PluginType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description: 'Takes its blocks away from new graph versions; those that were saved with them go on to run.',
    args: { input: t.arg({ type: UninstallPluginInput, required: true }) },
    resolve: expected(async (_root, { input: { packageName } }, { runtime, user }) => {
      await runtime.pluginStore.uninstall(user.id, packageName)
      return packageName
    }),
  }),
}))
