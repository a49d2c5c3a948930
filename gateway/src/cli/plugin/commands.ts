import type { CommandEntry } from '../commands.ts'
import { withJsonErrors } from './json-errors.ts'

/** The commands for authors of plugins, in the order of the help. */
export const PLUGIN_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'plugin create',
    usage: '<folder> [--name weather] [--title text] [--license MIT] [--sdk version|tarball|folder] [--yes] [--json]',
    summary: 'Make the package of a new plugin; on a terminal it asks for what is not given.',
    load: async () => withJsonErrors((await import('./create.ts')).create),
  },
  {
    name: 'plugin check',
    usage: '[folder] [--json]',
    summary: 'Say what is wrong with a plugin, what is missing, and what its blocks may do; status 1 when there is an error.',
    load: async () => withJsonErrors((await import('./check.ts')).check),
  },
  {
    name: 'plugin test',
    usage: '[folder] [--block name] [--json]',
    summary: 'Run the tests of its blocks in the sandbox.',
    load: async () => withJsonErrors((await import('./test.ts')).test),
  },
  {
    name: 'plugin pack',
    usage: '[folder] [--output file.tgz] [--json]',
    summary:
      'Write the npm tarball that is published: its blocks in one file, and their source; the same source gives the same bytes.',
    load: async () => withJsonErrors((await import('./pack.ts')).pack),
  },
  {
    name: 'plugin docs',
    usage: '[folder] [--output docs.md] [--json]',
    summary: 'Write the documentation of its blocks in Markdown.',
    load: async () => withJsonErrors((await import('./docs.ts')).docs),
  },
]
