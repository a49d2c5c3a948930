import { expect, it } from 'vitest'
import { createClient } from './client.ts'

it('gives the error of a request that is too large a code of its own', async () => {
  const answer = { errors: [{ message: 'the body must have at most 32 MiB', extensions: { code: 'PAYLOAD_TOO_LARGE' } }] }
  const fetch = () => Promise.resolve(Response.json(answer, { status: 413 }))
  await expect(createClient({ url: 'http://localhost/graphql', key: 'k', fetch }).request('{ viewer }')).rejects.toMatchObject({
    name: 'AshlarError',
    code: 'LIMIT_EXCEEDED',
    message: 'the body must have at most 32 MiB',
  })
})
