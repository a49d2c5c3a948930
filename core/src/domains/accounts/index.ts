export { endSessions, insertSession, LOGIN_MINUTES } from './browser-sessions.ts'
export {
  accountsOf,
  API_KEY_SCOPES,
  assertRole,
  chooseAccount,
  hasRole,
  reachesGraph,
  requireAllGraphs,
  requireScope,
} from './caller.ts'
export { acceptFor, hashInvitationToken, invitationNotUsable } from './invitations.ts'
export { ACCOUNT_ENTITIES, openAccounts } from './open-accounts.ts'
export { accountNotFound } from './roles.ts'
export type { Device, NewBrowserSession } from './browser-sessions.ts'
export type { Accounts } from './accounts.ts'
export type { ApiKeyScope, Caller, InAccount, Need } from './caller.ts'
export type { AccountRole, Invitation, Member, User } from './entities.ts'
export type { ForeignIdentity } from './identities.ts'
export type { OpenAccounts } from './open-accounts.ts'
export type { MemberRequest, Membership, MembershipRequest } from './read-accounts.ts'
export type { BrowserSession } from './session-ends.ts'
export type { Users } from './users.ts'
