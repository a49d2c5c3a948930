import { AshlarError, type BulkFailure, type BulkRequest, type BulkResult, type RepeatableResult } from '@ashlar/core'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { ErrorCodeType, toErrorCode } from '../base/errors.ts'
import { encodeGlobalId } from '../base/global-ids.ts'
import { defineMutation, type InputBuilder, type PayloadBuilder } from '../base/mutation.ts'
import { parseExecutionFilter } from '../refs/execution-filter.ts'
import { ExecutionList, ExecutionType } from '../refs/executions.ts'

const FailureType = builder.objectRef<BulkFailure>('ExecutionFailure').implement({
  description: 'An execution that a mutation of many executions could not change.',
  fields: (t) => ({
    executionId: t.id({
      description: 'Global id of the execution.',
      resolve: ({ executionId }) => encodeGlobalId('Execution', executionId),
    }),
    code: t.field({
      type: ErrorCodeType,
      description: 'Why it failed, for programs.',
      resolve: ({ error }) => toErrorCode(error.code),
    }),
    message: t.string({ description: 'Why it failed, for people.', resolve: ({ error }) => error.message }),
  }),
})

const bulkInput = (t: InputBuilder) => ({
  accountId: t.id(describeAccountId('The account that owns the executions.')),
  filter: t.field({
    type: ExecutionList.Filter,
    required: true,
    description: 'Which executions to change. Executions with another status than those of the mutation are left out. Not empty.',
  }),
  dryRun: t.boolean({ defaultValue: false, description: 'Whether to return what would be changed, and to change nothing.' }),
  limit: t.int({
    defaultValue: 100,
    description: 'The maximum number of executions to change, 1 to 1000. The oldest come first.',
  }),
})

const bulkPayload = (t: PayloadBuilder<BulkResult>, executions: string) => ({
  matchedCount: t.int({
    nullable: true,
    description:
      'The number of executions that could be changed before the mutation. If it exceeds `limit`, repeat the mutation.',
    resolve: ({ matchedCount }) => matchedCount,
  }),
  executions: t.field({ type: [ExecutionType], nullable: true, description: executions, resolve: (result) => result.executions }),
  executionEdges: t.field({
    type: [ExecutionList.Edge],
    nullable: true,
    description: 'The edges of `executions`, for lists of executions.',
    resolve: (result) => result.executions?.map((execution) => ExecutionList.toEdge(execution)),
  }),
  failures: t.field({
    type: [FailureType],
    nullable: true,
    description: 'The executions that could not be changed. They do not prevent the change of the others.',
    resolve: ({ failures }) => failures,
  }),
})

/** What a repetition of a mutation of many executions needs. */
interface SavedBulk {
  matchedCount: number
  executionIds: string[]
  failures: { executionId: string; code: BulkFailure['error']['code']; message: string }[]
}

const bulkRepetition: RepeatableResult<BulkResult> = {
  save: ({ matchedCount, executions, failures }): SavedBulk => ({
    matchedCount,
    executionIds: executions.map(({ id }) => id),
    failures: failures.map(({ executionId, error }) => ({ executionId, code: error.code, message: error.message })),
  }),
  load: async ({ matchedCount, executionIds, failures }: SavedBulk, api) => {
    const found = await api.executions.find(executionIds)
    return {
      matchedCount,
      executions: executionIds.flatMap((id) => found.get(id) ?? []),
      failures: failures.map(({ executionId, code, message }) => ({ executionId, error: new AshlarError(code, message) })),
    }
  },
}

defineMutation('cancelExecutions', {
  scope: 'EXECUTE',
  description:
    'Cancels the QUEUED, RUNNING and WAITING executions that a filter selects, and those that they have started. This cannot be undone.',
  input: bulkInput,
  payload: (t: PayloadBuilder<BulkResult>) => bulkPayload(t, 'The cancelled executions. In a dry run, those to cancel.'),
  resolve: (input, { api }) => api.executions.cancelAll(toBulkRequest(input)),
})

defineMutation('retryExecutions', {
  scope: 'EXECUTE',
  description:
    'Retries the FAILED and CANCELLED executions that a filter selects, like `retryExecution`. It leaves out executions that another one has started, and those that a retry or a replay already continues.',
  input: bulkInput,
  payload: (t: PayloadBuilder<BulkResult>) => bulkPayload(t, 'The new executions. In a dry run, the executions to retry.'),
  repetition: bulkRepetition,
  resolve: (input, { api }) => api.executions.retryAll(toBulkRequest(input)),
})

interface BulkInput {
  accountId?: string | number | null | undefined
  filter: Parameters<typeof parseExecutionFilter>[0]
  dryRun?: boolean | null | undefined
  limit?: number | null | undefined
}

function toBulkRequest({ accountId, filter, dryRun, limit }: BulkInput): BulkRequest & { accountId: string | undefined } {
  return {
    accountId: parseAccountId(accountId),
    filter: parseExecutionFilter(filter),
    dryRun: dryRun ?? false,
    limit: limit ?? 100,
  }
}
