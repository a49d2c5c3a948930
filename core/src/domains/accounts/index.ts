export { endSessions, insertSession, LOGIN_MINUTES } from './browser-sessions.ts'
export {
  accountsOf,
  assertRole,
  chooseAccount,
  hasRole,
  reachesGraph,
  refuseActor,
  requireAllGraphs,
  requireScope,
} from './caller.ts'
export { acceptFor, hashInvitationToken, invitationNotUsable } from './invitations.ts'
export { ACCOUNT_ENTITIES, openAccounts } from './open-accounts.ts'
export { API_KEY_SCOPES, ApiKey, User } from './entities.ts'
export { accountNotFound, includesRole } from './roles.ts'
export type { BrowserSessions, Device, NewBrowserSession, OpenSession, SessionRequest } from './browser-sessions.ts'
export type { Accounts } from './accounts.ts'
export type { BrowserSession, Caller, InAccount, Need } from './caller.ts'
export type { AccountRole, ApiKeyScope, Invitation, Member } from './entities.ts'
export type { ForeignIdentity } from './identities.ts'
export type { OpenAccounts } from './open-accounts.ts'
export type { MemberRequest, Membership, MembershipRequest } from './read-accounts.ts'
export type { Users } from './users.ts'
