import { BlockError, parseJson, type FetchInit } from '@ashlar/sdk'
import { refusal, toModelError, type Asked } from './errors.ts'
import type { Connection } from './open-model.ts'

/**
 * Sends a request to a part of the API that is not a language model.
 *
 * @returns the successful response
 * @throws {BlockError} the codes of `refusal`
 */
export async function callApi({ baseUrl, fetch }: Connection, path: string, init: FetchInit, asked: Asked): Promise<Response> {
  try {
    const response = await fetch(`${baseUrl}${path}`, init)
    if (response.ok) return response
    const body = await response.text()
    throw refusal(asked, { status: response.status, reason: readReason(body), body, headers: response.headers })
  } catch (error) {
    throw toModelError(error, asked)
  }
}

/** @throws {BlockError} SERVICE_FAILED when the answer is not JSON */
export async function readJson(response: Response, { provider, model }: Asked): Promise<unknown> {
  const text = await response.text()
  try {
    return parseJson(text)
  } catch (cause) {
    throw new BlockError('SERVICE_FAILED', `model ${JSON.stringify(model)} of ${provider}: the answer is not JSON`, { cause })
  }
}

/** `{ error: { message } }`, or `{ error }`. */
function readReason(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown }
    if (typeof error === 'string') return error
    return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : ''
  } catch {
    return body.slice(0, 200)
  }
}
