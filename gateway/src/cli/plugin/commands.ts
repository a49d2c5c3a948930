import type { CommandEntry } from '../command/command.ts'
import { withJsonErrors } from '../command/json-errors.ts'

/** The commands for plugin authors, in the order in which the help lists them. */
export const PLUGIN_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'plugin create',
    usage:
      '<folder> [--name weather] [--title text] [--license MIT] [--author name] [--sdk version|tarball|folder] [--testing version|tarball|folder] [--yes] [--json]',
    summary: 'Create the package of a new plugin. On a terminal, the command prompts for missing options.',
    load: async () => withJsonErrors((await import('./create/create.ts')).create),
  },
  {
    name: 'plugin check',
    usage: '[folder] [--json]',
    summary:
      'Report errors and omissions of a plugin, and the capabilities of its blocks. The exit status is 1 if there is an error.',
    load: async () => withJsonErrors((await import('./check/check.ts')).check),
  },
  {
    name: 'plugin test',
    usage: '[folder] [--block name] [--json]',
    summary: 'Run the tests of a plugin’s blocks in the sandbox.',
    load: async () => withJsonErrors((await import('./dev/test.ts')).test),
  },
  {
    name: 'plugin pack',
    usage: '[folder] [--output file.tgz] [--json]',
    summary:
      'Write the npm tarball to publish: the blocks in one file, and their source. The same source produces the same bytes.',
    load: async () => withJsonErrors((await import('./pack/pack.ts')).pack),
  },
  {
    name: 'plugin docs',
    usage: '[folder] [--output docs.md] [--json]',
    summary: 'Write the documentation of a plugin’s blocks in Markdown.',
    load: async () => withJsonErrors((await import('./docs/docs.ts')).docs),
  },
  {
    name: 'plugin dev',
    usage: '[folder] [--server url] [--inspect] [--json]',
    summary:
      'Load a plugin into a running server, and reload it on every change. The server removes it when the command ends. With --inspect, Chrome’s debugger can attach.',
    load: async () => withJsonErrors((await import('./dev/dev.ts')).dev),
  },
  {
    name: 'plugin publish',
    usage: '[folder | file.tgz] [--server url] [--key file] [--npm] [--json]',
    summary: 'Pack a plugin, sign it if a key exists, and publish it to a running server or, with --npm, to the npm registry.',
    load: async () => withJsonErrors((await import('./pack/publish.ts')).publish),
  },
  {
    name: 'plugin install',
    usage: '<package> [--version number] [--account id] [--server url] [--json]',
    summary:
      'Install a published plugin, for all accounts or, with --account, for one. The account has the id that GraphQL shows.',
    load: async () => withJsonErrors((await import('./install/install.ts')).install),
  },
  {
    name: 'plugin uninstall',
    usage: '<package> [--account id] [--server url] [--json]',
    summary: 'Remove an installed plugin from new graph versions. Existing graph versions continue to run.',
    load: async () => withJsonErrors((await import('./install/install.ts')).uninstall),
  },
  {
    name: 'plugin key',
    usage: '[file] [--json]',
    summary: 'Create an Ed25519 key for signing the versions that you publish. Only you can read the file.',
    load: async () => withJsonErrors((await import('./pack/key.ts')).key),
  },
]
