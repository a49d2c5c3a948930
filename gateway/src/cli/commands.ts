import type { Command } from './command/command.ts'
import { CREDENTIAL_COMMANDS } from './credential/commands.ts'
import { PLUGIN_COMMANDS } from './plugin/commands.ts'

/** What `ashlar help` says of a command, and where it is. */
export interface CommandEntry {
  /** The words that call it. */
  name: string
  /** What follows the name. */
  usage: string
  summary: string
  load(): Promise<Command>
}

/** Every command, in the order of the help. */
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
    summary: 'Print a link that logs in a browser. It works once and expires after ten minutes.',
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
    usage: '<graph.json> [--input name=value | --input name=@file] …',
    summary: 'Run a graph once; its outputs come as JSON on standard output.',
    load: async () => (await import('./graph/run.ts')).run,
  },
  {
    name: 'graph import',
    usage: '<graph.json>',
    summary: 'Save the graph of a file, and print its id.',
    load: async () => (await import('./graph/graph-import.ts')).graphImport,
  },
  {
    name: 'graph export',
    usage: '<id | name> [--output file]',
    summary: 'Write a graph as a file that "run" and "graph import" take.',
    load: async () => (await import('./graph/graph-export.ts')).graphExport,
  },
  ...CREDENTIAL_COMMANDS,
  ...PLUGIN_COMMANDS,
]
