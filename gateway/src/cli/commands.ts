import type { CommandEntry } from './command/command.ts'
import { withJsonErrors } from './command/json-errors.ts'
import { CREDENTIAL_COMMANDS } from './credential/commands.ts'
import { PLUGIN_COMMANDS } from './plugin/commands.ts'

/** All commands, in the order in which the help lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    usage: '[--role all|gateway|worker]',
    summary: 'Start the server: API, worker and database.',
    load: async () => (await import('./server/start.ts')).start,
  },
  {
    name: 'login',
    usage: '[--server url]',
    summary: 'Print a link that logs a browser in. It works once and expires after ten minutes.',
    load: async () => (await import('./server/login.ts')).login,
  },
  {
    name: 'logout',
    usage: '[--server url]',
    summary: 'Log out all browsers.',
    load: async () => (await import('./server/login.ts')).logout,
  },
  {
    name: 'run',
    usage: '<graph.json> [--input name=value | --input name=@file] … [--record]',
    summary: 'Run a graph once and print its outputs as JSON on standard output.',
    load: async () => (await import('./graph/run.ts')).run,
  },
  {
    name: 'graph import',
    usage: '<graph.json> [--format ashlar|autogpt] [--name name] [--json]',
    summary: 'Import a graph from a file, also an export of the AutoGPT Platform, and print its id.',
    load: async () => withJsonErrors((await import('./graph/graph-import.ts')).graphImport),
  },
  {
    name: 'graph export',
    usage: '<id | name> [--output file] [--format ashlar|autogpt] [--json]',
    summary: 'Write a graph to a file that "run" and "graph import" accept.',
    load: async () => withJsonErrors((await import('./graph/graph-export.ts')).graphExport),
  },
  {
    name: 'graph record',
    usage: '<execution id> [--output file.tests.json] [--name text]',
    summary: 'Make a case for "graph test" from an execution. "run --record" also records its HTTP responses.',
    load: async () => (await import('./graph-test/record.ts')).graphRecord,
  },
  {
    name: 'graph test',
    usage: '[file.tests.json | folder …] [--name text] [--junit file] [--json]',
    summary: 'Run the cases beside graph files in the real sandbox, with recorded responses.',
    load: async () => (await import('./graph-test/test.ts')).graphTest,
  },
  ...CREDENTIAL_COMMANDS,
  ...PLUGIN_COMMANDS,
]
