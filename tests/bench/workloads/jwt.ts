import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createForeignTokens, tokenIssuersSchema } from '@ashlar/gateway'
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT, type CryptoKey, type JSONWebKeySet } from 'jose'
import { printError, type BenchContext, type Workload } from '../context.ts'
import type { Figure } from '../format.ts'
import { takeTurns, time } from '../measure.ts'

const ALGORITHMS = ['ES256', 'RS256', 'EdDSA']
const AUDIENCE = 'https://ashlar.example'
const PER_RUN = 200
const ROUNDS = { warmUp: 2, turns: 9, perTurn: 1 }
const RUNS = ROUNDS.warmUp + ROUNDS.turns * ROUNDS.perTurn
const CAN_BE = 1.3

/** The time to check a token of another issuer: the first time, beside `jose` alone, and again. */
export const jwt: Workload = {
  name: 'jwt',
  unit: 'µs',
  async run(context) {
    const figures: Figure[] = []
    for (const algorithm of ALGORITHMS) figures.push(...(await measure(context, algorithm)))
    return figures
  },
}

async function measure({ runtime, stack }: BenchContext, algorithm: string): Promise<Figure[]> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm)
  const keySet: JSONWebKeySet = { keys: [{ ...(await exportJWK(publicKey)), alg: algorithm, kid: 'bench', use: 'sig' }] }
  const issuer = await serve(keySet, stack)
  const issuers = tokenIssuersSchema.parse([{ issuer, audience: AUDIENCE, jwksUrl: `${issuer}/jwks`, signUp: true }])
  const tokens = createForeignTokens(issuers, runtime.identities, { info: () => undefined, error: printError })
  stack.defer(() => tokens.close())

  const runs = await Promise.all(Array.from({ length: RUNS }, (_, run) => signMany(issuer, algorithm, privateKey, run)))
  const [bareRuns, firstRuns, knownRuns] = [runs.values(), runs.values(), runs.values()]
  const getKey = createLocalJWKSet(keySet)
  const options = { issuer, audience: AUDIENCE, algorithms: [algorithm] }
  const each = async (batch: readonly string[], check: (token: string) => unknown): Promise<number> =>
    ((await time(async () => {
      for (const token of batch) await check(token)
    })) *
      1000) /
    batch.length

  await tokens.accept((await signMany(issuer, algorithm, privateKey, -1))[0] ?? '') // creates the user
  const next = (batches: ArrayIterator<string[]>): string[] => batches.next().value ?? []
  const { bare, first } = await takeTurns(
    {
      bare: () => each(next(bareRuns), (token) => jwtVerify(token, getKey, options)),
      first: () => each(next(firstRuns), (token) => tokens.accept(token)),
    },
    ROUNDS,
  )
  const { again } = await takeTurns({ again: () => each(next(knownRuns), (token) => requireKnown(tokens.recall(token))) }, ROUNDS)
  return [
    {
      part: `${algorithm} first`,
      value: first,
      yardsticks: { jose: bare, ratio: first / bare },
      goal: { better: 'lower', must: bare * CAN_BE, aim: bare },
    },
    { part: `${algorithm} again`, value: again, yardsticks: { jose: bare } },
  ]
}

function requireKnown(accepted: unknown): void {
  if (!accepted) throw new Error('a token that was accepted must be known')
}

async function signMany(issuer: string, alg: string, key: CryptoKey, run: number): Promise<string[]> {
  const sign = (index: number): Promise<string> =>
    new SignJWT({
      iss: issuer,
      aud: AUDIENCE,
      sub: 'bench',
      email: 'bench@example.com',
      role: 'authenticated',
      jti: `${run}-${index}`,
    })
      .setProtectedHeader({ alg, kid: 'bench', typ: 'JWT' })
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key)
  return Promise.all(Array.from({ length: PER_RUN }, (_, index) => sign(index)))
}

async function serve(keySet: JSONWebKeySet, stack: AsyncDisposableStack): Promise<string> {
  const server = createServer((_request, response) => void response.end(JSON.stringify(keySet)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  stack.defer(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
