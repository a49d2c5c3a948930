import type { Runtime } from '@ashlar/core'

/** A login of a browser, for tests. */
export interface TestLogin {
  /** What a page of ours sends. */
  headers: { cookie: string; 'ashlar-page-token': string }
  /** What the browser sends by itself, to every port of the host. */
  cookie: { cookie: string }
  pageToken: string
}

export async function logIn(
  { browserSessions }: Pick<Runtime, 'browserSessions'>,
  userId: string,
  cookieName = 'ashlar_session',
): Promise<TestLogin> {
  const session = await browserSessions.open((await browserSessions.createLogin(userId)).token)
  if (!session) throw new Error('the login token was refused')
  const cookie = { cookie: `${cookieName}=${session.token}` }
  return { headers: { ...cookie, 'ashlar-page-token': session.pageToken }, cookie, pageToken: session.pageToken }
}
