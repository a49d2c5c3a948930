import { UniqueConstraintViolationException, type EntityManager } from '@mikro-orm/postgresql'
import { isText, normalizeEmail } from '../../base/index.ts'
import { Identity, User } from './entities.ts'
import { addUser } from './users.ts'

// An issuer identifies a person by a subject. The first time that an identity appears, it is linked to a user, for
// good:
//
// 1. to the user who has the e-mail address, if the issuer asserts that it verified the address and the user has
//    verified it here. Otherwise an attacker who registers an address of another person, with the issuer or here, would
//    share a user with that person.
// 2. else to a new user, if the caller allows that. The user gets the address if it is verified and no user has it.

/** A person as another issuer describes it. The signature of the description has been verified. */
export interface ForeignIdentity {
  /** The claim `iss`, at most 2048 characters. */
  issuer: string
  /** The claim `sub`, or another one that is unique and never reassigned; at most 1024 characters. */
  subject: string
  email?: string | undefined
  /** Whether the issuer asserts that the person receives the mail of the address. @default false */
  emailVerified?: boolean | undefined
  /** The name of a new user. @default the part of the address before `@` */
  name?: string | undefined
}

export interface Identities {
  /** @returns undefined if the identity is linked to no user and `mayCreate` is false, or a claim is too long */
  resolve(identity: ForeignIdentity, options: { mayCreate: boolean }): Promise<User | undefined>
}

const MAX_ISSUER = 2048
const MAX_SUBJECT = 1024
const MAX_NAME = 100
const MAX_ATTEMPTS = 3

export function createIdentities(fork: () => EntityManager): Identities {
  return {
    async resolve(identity, { mayCreate }) {
      if (!isValid(identity)) return undefined
      const user = await findLinked(fork(), identity)
      if (user || (!mayCreate && identity.emailVerified !== true)) return user
      for (let attempt = 1; ; attempt++)
        try {
          return await fork().transactional((em) => link(em, identity, mayCreate))
        } catch (error) {
          // Another request has added or verified a user with the address at the same time.
          if (!(error instanceof UniqueConstraintViolationException) || attempt === MAX_ATTEMPTS) throw error
        }
    },
  }
}

function isValid({ issuer, subject }: ForeignIdentity): boolean {
  const isClaim = (text: string, max: number): boolean => text !== '' && text.length <= max && isText(text)
  return isClaim(issuer, MAX_ISSUER) && isClaim(subject, MAX_SUBJECT)
}

async function findLinked(em: EntityManager, { issuer, subject }: ForeignIdentity): Promise<User | undefined> {
  const identity = await em.findOne(Identity, { issuer, subject })
  return (identity && (await em.findOne(User, { id: identity.userId }))) ?? undefined
}

/** Links one identity at a time, so that requests that arrive together create one user. */
async function link(em: EntityManager, identity: ForeignIdentity, mayCreate: boolean): Promise<User | undefined> {
  await em.execute(`select pg_advisory_xact_lock(hashtext('ashlar.identity'))`)
  const linked = await findLinked(em, identity)
  if (linked) return linked
  const email = identity.emailVerified === true ? normalizeEmail(identity.email ?? '') : undefined
  const holder = email === undefined ? null : await em.findOne(User, { email })
  if (!holder?.emailVerified && !mayCreate) return undefined
  const user = holder?.emailVerified ? holder : await addUser(em, toName(identity), 'MEMBER', holder ? undefined : email)
  await em.flush() // the identity refers to the user
  const { issuer, subject } = identity
  em.create(Identity, { issuer, subject, userId: user.id, createdAt: new Date() })
  return user
}

function toName({ name = '', email = '' }: ForeignIdentity): string {
  for (const text of [name, email.split('@', 1)[0] ?? '']) {
    const clean = text
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, MAX_NAME)
      .toWellFormed()
    if (clean !== '') return clean
  }
  return 'User'
}
