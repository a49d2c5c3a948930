import type { FilesGrant } from './files.ts'
import type { StorageScope } from './storage.ts'

/** The requests that a block may send: see {@link Capabilities}. */
export type HttpGrant =
  | string
  | { readonly fromInput: string; readonly redirects?: 'public' }
  | { readonly fromCredential: string }
  | { readonly anyHost: true }

/** A provider and the OAuth 2 scopes that the user must have granted: see {@link Capabilities}. */
export type CredentialGrant = string | { readonly provider: string; readonly scopes: readonly string[] }

/**
 * What a block may do beyond computing on its inputs. It can do nothing that it does not declare here. Users see this
 * list before they run the block.
 */
export interface Capabilities {
  /** Reads and writes values that outlive the execution. */
  storage?: readonly StorageScope[]
  /**
   * Sends requests to these hosts only. An entry is a rule such as `"GET,POST api.github.com/repos/*"`,
   * {@link fromInput}, {@link fromCredential} or {@link anyHost}. In a rule the methods, the port and the path are
   * optional. `*.example.com` matches all hosts below example.com, and `*` in a path matches any characters. Redirects
   * also need a rule, unless {@link fromInput} allows them.
   */
  http?: readonly HttpGrant[]
  /**
   * Sends requests with the user's credentials for these providers, without access to the secret: `github` of the
   * block's own plugin, or `other/github`. `{ provider: 'github', scopes: ['repo'] }` accepts an OAuth 2 credential
   * only if the user has granted these scopes.
   */
  credentials?: readonly CredentialGrant[]
  /** Reads the secrets of the user's credentials for these providers. Ashlar warns users before they run the block. */
  'credentials.reveal'?: readonly CredentialGrant[]
  /** Creates signed links with the user's credentials for these providers: see `presign` of a credential. */
  'credentials.presign'?: readonly CredentialGrant[]
  /**
   * Calls these functions of host modules: `smtp/send`. They run outside the sandbox, and exist only if the operator of
   * the installation provides them.
   */
  host?: readonly string[]
  /** Waits durably. An effectful block also needs `onCrash: 'retry'`, because the code before a sleep runs again. */
  sleep?: true
  /** Reads files of the execution, writes them, or both. */
  files?: readonly FilesGrant[]
}
