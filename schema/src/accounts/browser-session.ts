import type { OpenSession } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { encodeGlobalId, parseGlobalId } from '../base/global-ids.ts'
import { defineMutation, type PayloadBuilder } from '../base/mutation.ts'
import { BrowserSessionList, BrowserSessionType, ViewerType } from '../refs/accounts.ts'

builder.objectType(BrowserSessionType, {
  description: 'A browser in which you are signed in.',
  fields: (t) => ({
    userAgent: t.string({
      nullable: true,
      description: 'The header `User-Agent` of the browser when you signed in, at most 300 characters.',
      resolve: ({ userAgent }) => userAgent,
    }),
    address: t.string({
      nullable: true,
      description: 'The IP address from which you signed in.',
      resolve: ({ address }) => address,
    }),
    isCurrent: t.boolean({
      description: 'Whether it is the session of this request.',
      resolve: (session, _args, { api }) => api.sessions.isCurrent(session),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'The time when you signed in.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'The time at which it ends.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time of the last use, accurate to the minute. Null before the first.',
    }),
  }),
})

builder.objectField(ViewerType, 'browserSessions', (t) =>
  BrowserSessionList.field(t, {
    description: 'The browsers in which you are signed in, newest first. Requires the scope MANAGE_ACCOUNT.',
    load: (_user, request, { api }) => api.sessions.list(request),
  }),
)

defineMutation('endBrowserSession', {
  scope: 'MANAGE_ACCOUNT',
  description: 'Signs you out in one browser. Its connections are closed within a second.',
  input: (t) => ({ browserSessionId: t.id({ required: true, description: 'Global id of the session.' }) }),
  payload: (t: PayloadBuilder<{ ended: OpenSession }>) => ({
    endedBrowserSessionId: t.id({
      nullable: true,
      description: 'Global id of the session.',
      resolve: ({ ended }) => ended && encodeGlobalId('BrowserSession', ended.id),
    }),
  }),
  resolve: async ({ browserSessionId }, { api }) => ({
    ended: await api.sessions.end(parseGlobalId(browserSessionId, 'BrowserSession', 'browserSessionId')),
  }),
})

defineMutation('endOtherBrowserSessions', {
  scope: 'MANAGE_ACCOUNT',
  description: 'Signs you out in all browsers, except in that of this request.',
  payload: (t: PayloadBuilder<{ ended: OpenSession[] }>) => ({
    endedBrowserSessionIds: t.idList({
      nullable: true,
      description: 'Global ids of the sessions.',
      resolve: ({ ended }) => ended?.map(({ id }) => encodeGlobalId('BrowserSession', id)),
    }),
  }),
  resolve: async (_input, { api }) => ({ ended: await api.sessions.endOthers() }),
})
