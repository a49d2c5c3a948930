import { z } from 'zod'
import {
  credentialGrantsOf,
  credentialsGrant,
  providerOf,
  qualifyGrant,
  revealGrant,
  type CredentialGrant,
} from './credentials/index.ts'
import { filesGrant } from './files/index.ts'
import type { GrantKind } from './grant-kind.ts'
import { httpGrant } from './http/index.ts'
import { sleepGrant } from './sleep/index.ts'
import { storageGrant } from './storage/index.ts'

/** What a manifest may name, by kind. An unknown kind is refused, so that nothing is granted by mistake. */
export const capabilitiesSchema = z.strictObject(
  {
    storage: storageGrant.schema.optional(),
    http: httpGrant.schema.optional(),
    files: filesGrant.schema.optional(),
    sleep: sleepGrant.schema.optional(),
    credentials: credentialsGrant.schema.optional(),
    'credentials.reveal': revealGrant.schema.optional(),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? unknownKinds(issue.keys) : undefined) },
)

export type Capabilities = z.output<typeof capabilitiesSchema>
type Kind = keyof Capabilities

/** In the order in which they are listed. */
const KINDS: { [K in Kind]-?: GrantKind<NonNullable<Capabilities[K]>> } = {
  storage: storageGrant,
  http: httpGrant,
  files: filesGrant,
  sleep: sleepGrant,
  credentials: credentialsGrant,
  'credentials.reveal': revealGrant,
}

/** Whether a block with these capabilities can have effects: it is then never run again unasked. */
export function isEffectful(capabilities: Capabilities): boolean {
  return granted(capabilities).some(([, { isVisible }]) => isVisible)
}

/** One line per power, for people: `{ kind: 'storage', detail: 'graph' }`, `{ kind: 'http', detail: 'GET api.github.com/repos/*' }`. */
export function listCapabilities(capabilities: Capabilities): { kind: string; detail: string }[] {
  return granted(capabilities).flatMap(([kind, { describe }, grant]) => describe(grant).map((detail) => ({ kind, detail })))
}

/** The input pins that decide what a block may reach. */
export function pinsOfCapabilities(capabilities: Capabilities): string[] {
  return granted(capabilities).flatMap(([, { pins }, grant]) => pins?.(grant) ?? [])
}

/** The providers that they name. */
export function providersOf(capabilities: Capabilities): string[] {
  return [...new Set(credentialGrantsOf(capabilities).map(providerOf))]
}

/** With its providers named in full. @param plugin the name of the block's plugin */
export function qualifyCapabilities(capabilities: Capabilities, plugin: string): Capabilities {
  const qualify = (grants: CredentialGrant[]): CredentialGrant[] => grants.map((grant) => qualifyGrant(grant, plugin))
  const { credentials, 'credentials.reveal': revealed, ...others } = capabilities
  return {
    ...others,
    ...(credentials && { credentials: qualify(credentials) }),
    ...(revealed && { 'credentials.reveal': qualify(revealed) }),
  }
}

/** What is said of each kind belongs to that kind: the pairs keep them together, so their type is not needed. */
function granted(capabilities: Capabilities): [kind: string, rules: GrantKind<unknown>, grant: unknown][] {
  return Object.entries(KINDS).flatMap(([kind, rules]) => {
    const grant = capabilities[kind as Kind]
    return grant === undefined ? [] : [[kind, rules as GrantKind<unknown>, grant]]
  })
}

function unknownKinds(kinds: readonly string[]): string {
  const names = kinds.map((kind) => JSON.stringify(kind)).join(', ')
  const [last, ...others] = Object.keys(KINDS).toReversed()
  return `there is no capability ${names}; there are ${others.toReversed().join(', ')} and ${last}`
}
