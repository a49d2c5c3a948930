import { BlockError, parseJson } from '@ashlar/sdk'
import { z } from 'zod'
import type { Message, TextModel } from '../model/index.ts'

/** A form that an answer must have. */
export interface AnswerForm {
  /** JSON Schema, which the model receives. */
  schema: Record<string, unknown>
  check: z.ZodType
}

/** @throws {Error} when it is not a JSON Schema that can be checked */
export function toForm(schema: Record<string, unknown>): AnswerForm {
  try {
    return { schema, check: z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`schema is not a JSON Schema that can be checked: ${reason}`, { cause })
  }
}

/** The form of an object with these fields, all of them required. @param fields descriptions, by name */
export function formOfFields(fields: Readonly<Record<string, string>>, isList: boolean): AnswerForm {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, description]) => [name, { description }]))
  const object = { type: 'object', properties, required: Object.keys(fields) }
  return toForm(isList ? { type: 'array', items: object } : object)
}

/** The form of an object whose member `list` has a form: servers that require JSON accept only an object. */
export function inObject({ schema }: AnswerForm): AnswerForm {
  return toForm({ type: 'object', properties: { list: schema }, required: ['list'], additionalProperties: false })
}

/** The instructions to answer in a form. */
export function describeForm({ schema }: AnswerForm): string {
  return `Answer only with one JSON value, without any other text and without Markdown. It must match this JSON Schema:\n${JSON.stringify(schema)}`
}

const MAX_SHOWN_CHARS = 300

/**
 * Asks until the answer has the form. After an invalid answer, the model receives the answer and what is wrong with it.
 *
 * @param attempts the maximum number of answers
 * @throws {BlockError} MODEL_OUTPUT_INVALID with the last fault
 */
export async function answerInForm(
  model: TextModel,
  messages: readonly Message[],
  form: Pick<AnswerForm, 'check'>,
  { attempts, log }: { attempts: number; log: (text: string, level?: 'warn') => void },
): Promise<unknown> {
  const conversation = [...messages]
  for (let attempt = 1; ; attempt++) {
    const answer = await model.answer(conversation, { mayBeEmpty: true })
    const read = readAnswer(answer, form)
    if ('value' in read) return read.value
    const shown = answer.length > MAX_SHOWN_CHARS ? `${answer.slice(0, MAX_SHOWN_CHARS)}…` : answer
    if (attempt >= attempts)
      throw new BlockError(
        'MODEL_OUTPUT_INVALID',
        `the model gave no valid answer in ${attempts} attempts: ${read.fault}. Its last answer: ${JSON.stringify(shown)}`,
      )
    log(`answer ${attempt} of at most ${attempts} is not valid: ${read.fault}`, 'warn')
    conversation.push(
      { role: 'assistant', content: answer === '' ? '(empty)' : answer },
      { role: 'user', content: `Your answer is not valid: ${read.fault}\nAnswer again, only with the corrected JSON.` },
    )
  }
}

function readAnswer(answer: string, { check }: Pick<AnswerForm, 'check'>): { value: unknown } | { fault: string } {
  const json = findJson(answer)
  if (json === undefined) return { fault: 'it contains no JSON object or list' }
  let value: unknown
  try {
    value = parseJson(json)
  } catch (error) {
    return { fault: `it is not JSON (${error instanceof Error ? error.message : String(error)})` }
  }
  const parsed = check.safeParse(value)
  if (parsed.success) return { value }
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') ?? ''
  return { fault: `${place === '' ? 'it' : `"${place}"`} does not match the schema: ${issue?.message ?? 'it is wrong'}` }
}

/** Models like to add a sentence, or the fences of Markdown. */
function findJson(answer: string): string | undefined {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(answer)?.[1]
  const text = (fenced ?? answer).trim()
  const start = text.search(/[[{]/)
  if (start < 0) return undefined
  const end = text.lastIndexOf(text[start] === '{' ? '}' : ']')
  return end < start ? text.slice(start) : text.slice(start, end + 1)
}
