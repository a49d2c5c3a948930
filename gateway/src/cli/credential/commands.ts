import type { CommandEntry } from '../command/command.ts'

/** The commands for a user's credentials, in the order in which the help lists them. */
export const CREDENTIAL_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'credential add',
    usage:
      '<provider> [--name name] [--api-key | --user name | --host host … | --base-url url [--no-key] | --oauth [--scope scope …]]',
    summary:
      'Add a credential for a service. The command prompts for the secret or reads it from standard input: an API key, the password of --user, the headers for --host as JSON, or the key of the API at --base-url, such as http://127.0.0.1:11434/v1. Examples of hosts: api.example.com, api.example.com:8443, "*.example.com" or http://localhost:8080. For OAuth 2 it prints the URL at which you grant access. Without an option it uses the default kind of the service.',
    load: async () => (await import('./add.ts')).add,
  },
  {
    name: 'credential list',
    usage: '',
    summary: 'List your credentials and the hosts that may receive them, without their secrets.',
    load: async () => (await import('./list.ts')).list,
  },
  {
    name: 'credential remove',
    usage: '<provider> [--name name]',
    summary: 'Remove a credential. Nodes that use it will fail.',
    load: async () => (await import('./remove.ts')).remove,
  },
]
