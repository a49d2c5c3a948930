/** The HTTP status of a code, and whether the same request may succeed when it is repeated. */
interface ErrorCodeProperties {
  status: number
  retryable: boolean
}

/** All error codes. A code and its details are part of the API contract; messages are for people. */
export const ERROR_CODES = {
  // The request
  BAD_INPUT: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  CONFLICT: { status: 409, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  LIMIT_EXCEEDED: { status: 400, retryable: false },
  COST_EXCEEDED: { status: 400, retryable: false },
  // Graphs
  GRAPH_INVALID: { status: 422, retryable: false },
  VERSION_CONFLICT: { status: 409, retryable: false },
  // Executions
  INPUTS_INVALID: { status: 422, retryable: false },
  EXECUTION_FINISHED: { status: 409, retryable: false },
  BUDGET_EXCEEDED: { status: 422, retryable: false },
  UNHANDLED_FAILURE: { status: 422, retryable: false },
  JOURNAL_UNREADABLE: { status: 500, retryable: false },
  JOURNAL_UNWRITABLE: { status: 500, retryable: false },
  JOURNAL_UNAVAILABLE: { status: 503, retryable: true },
  WORKER_LOST: { status: 500, retryable: false },
  CANCELLED: { status: 409, retryable: false },
  // A block
  BLOCK_FAILED: { status: 422, retryable: false },
  BLOCK_INPUT_INVALID: { status: 422, retryable: false },
  BLOCK_OUTPUT_INVALID: { status: 422, retryable: false },
  TIMEOUT: { status: 422, retryable: true },
  CPU_LIMIT: { status: 422, retryable: false },
  MEMORY_LIMIT: { status: 422, retryable: false },
  OUTPUT_LIMIT: { status: 422, retryable: false },
  EFFECT_INTERRUPTED: { status: 422, retryable: false },
  CAPABILITY_MISSING: { status: 403, retryable: false },
  CREDENTIAL_MISSING: { status: 422, retryable: false },
  CREDENTIAL_EXPIRED: { status: 422, retryable: false },
  CREDENTIAL_UNREADABLE: { status: 500, retryable: false },
  AUTHORIZATION_FAILED: { status: 502, retryable: false },
  HTTP_DENIED: { status: 403, retryable: false },
  HTTP_BLOCKED_ADDRESS: { status: 403, retryable: false },
  HTTP_LIMIT: { status: 422, retryable: false },
  HTTP_FAILED: { status: 502, retryable: true },
  HOST_MODULE_FAILED: { status: 500, retryable: true },
  FILE_NOT_FOUND: { status: 404, retryable: false },
  FILE_LIMIT: { status: 422, retryable: false },
  FILE_PATH_INVALID: { status: 422, retryable: false },
  DEPTH_EXCEEDED: { status: 422, retryable: false },
  SANDBOX_LOST: { status: 503, retryable: true },
  SANDBOX_TOO_WEAK: { status: 503, retryable: false },
  // Plugins
  PLUGIN_INVALID: { status: 422, retryable: false },
  PLUGIN_LOAD_FAILED: { status: 422, retryable: false },
  DUPLICATE_BLOCK: { status: 409, retryable: false },
  BLOCK_UNAVAILABLE: { status: 409, retryable: false },
  TARBALL_INVALID: { status: 422, retryable: false },
  SIGNATURE_INVALID: { status: 422, retryable: false },
  SDK_TOO_OLD: { status: 422, retryable: false },
  TESTS_FAILED: { status: 422, retryable: false },
  // The installation
  CONFIG_INVALID: { status: 500, retryable: false },
  PORT_TAKEN: { status: 500, retryable: false },
  DATA_DIR_IN_USE: { status: 500, retryable: false },
  DATA_DIR_UNUSABLE: { status: 500, retryable: false },
  DATABASE_UNREACHABLE: { status: 503, retryable: true },
  DATABASE_FAILED: { status: 500, retryable: false },
  SERVER_UNREACHABLE: { status: 503, retryable: true },
  FILE_UNUSABLE: { status: 500, retryable: false },
  SHUTTING_DOWN: { status: 503, retryable: true },
} as const satisfies Record<string, ErrorCodeProperties>

/** One of the codes of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES
