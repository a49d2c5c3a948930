import type { CommandEntry } from '../commands.ts'

/** The commands for the credentials of a user, in the order of the help. */
export const CREDENTIAL_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'credential add',
    usage: '<provider> [--name name] [--api-key | --user name | --host host … | --oauth [--scope scope …]]',
    summary:
      'Add a credential for a service. The secret is read from standard input or asked for: an API key, the password of --user, or the headers for --host as JSON. For OAuth 2 it prints the address at which you grant access. Without an option the kind is the usual one of the service.',
    load: async () => (await import('./add.ts')).add,
  },
  {
    name: 'credential list',
    usage: '',
    summary: 'List your credentials, without their secrets.',
    load: async () => (await import('./list.ts')).list,
  },
  {
    name: 'credential remove',
    usage: '<provider> [--name name]',
    summary: 'Remove a credential; nodes that use it fail from then on.',
    load: async () => (await import('./remove.ts')).remove,
  },
]
