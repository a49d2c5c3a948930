/** The HTTP status of a code, and whether the same request may succeed when it is repeated. */
interface ErrorCodeProperties {
  status: number
  retryable: boolean
}

interface ApiCodeProperties extends ErrorCodeProperties {
  description: string
}

/** The codes that clients of the API receive. */
export const API_ERROR_CODES = {
  // The request
  BAD_INPUT: { status: 400, retryable: false, description: 'An argument or a field of the input is invalid.' },
  UNAUTHENTICATED: { status: 401, retryable: false, description: 'The request has no valid key or session.' },
  ISSUER_UNAVAILABLE: {
    status: 503,
    retryable: true,
    description: 'The token cannot be checked, because its issuer cannot be reached. Try again later.',
  },
  FORBIDDEN: { status: 403, retryable: false, description: 'You do not have permission.' },
  NOT_FOUND: { status: 404, retryable: false, description: 'No object with this id exists, or you may not see it.' },
  CONFLICT: { status: 409, retryable: false, description: 'The request conflicts with the current state.' },
  RATE_LIMITED: { status: 429, retryable: true, description: 'Too many requests. Try again later.' },
  LIMIT_EXCEEDED: { status: 400, retryable: false, description: 'The request or its answer exceeds a limit of the API.' },
  COST_EXCEEDED: { status: 400, retryable: false, description: 'The operation is too expensive. Nothing ran.' },
  QUOTA_EXCEEDED: { status: 422, retryable: true, description: 'The account has as much as its quota allows.' },
  // Graphs
  GRAPH_INVALID: { status: 422, retryable: false, description: 'The graph document has faults.' },
  VERSION_CONFLICT: {
    status: 409,
    retryable: false,
    description: 'The graph has a newer version than the one on which the request is based.',
  },
  // Executions
  INPUTS_INVALID: { status: 422, retryable: false, description: 'The inputs do not match the input schema of the graph.' },
  EXECUTION_TOO_LARGE: {
    status: 422,
    retryable: false,
    description: 'The execution has too many node executions to be listed. Its events can be read.',
  },
  EXECUTION_FINISHED: { status: 409, retryable: false, description: 'The execution has already finished.' },
  BUDGET_EXCEEDED: {
    status: 422,
    retryable: false,
    description: 'The execution has reached the maximum number of node executions.',
  },
  PIN_NOT_MANY: {
    status: 422,
    retryable: false,
    description: 'A run yielded a second value on a pin that is not declared many.',
  },
  ITERATIONS_UNEQUAL: { status: 422, retryable: false, description: 'A run yielded unequal numbers of values on its pins.' },
  BROADCAST_CONFLICT: { status: 422, retryable: false, description: 'Two values arrived for all iterations of a loop.' },
  LOOP_INCOMPLETE: { status: 422, retryable: false, description: 'The producer of a loop failed before the end of the loop.' },
  NOT_DETERMINISTIC: { status: 422, retryable: false, description: 'A repeated run yielded other values than before.' },
  UNHANDLED_FAILURE: { status: 422, retryable: false, description: 'A node failed and no link handles its error.' },
  JOURNAL_UNREADABLE: { status: 500, retryable: false, description: 'The events of the execution cannot be read.' },
  JOURNAL_UNWRITABLE: { status: 500, retryable: false, description: 'The database rejected an event of the execution.' },
  JOURNAL_UNAVAILABLE: {
    status: 503,
    retryable: true,
    description: 'The database cannot be written at the moment. Try again later.',
  },
  WORKER_LOST: { status: 500, retryable: false, description: 'The execution made its worker crash repeatedly.' },
  CANCELLED: { status: 409, retryable: false, description: 'The execution was cancelled.' },
  // A block
  BLOCK_FAILED: { status: 422, retryable: false, description: 'The block threw an error.' },
  BLOCK_INPUT_INVALID: { status: 422, retryable: false, description: 'A value does not match the input pin of the block.' },
  BLOCK_OUTPUT_INVALID: {
    status: 422,
    retryable: false,
    description: 'The block returned a value that does not match its output pin.',
  },
  TIMEOUT: { status: 422, retryable: true, description: 'The block took longer than its time limit.' },
  CPU_LIMIT: { status: 422, retryable: false, description: 'The block used more CPU time than its limit.' },
  MEMORY_LIMIT: { status: 422, retryable: false, description: 'The block used more memory than its limit.' },
  INPUT_LIMIT: { status: 422, retryable: false, description: 'The inputs of a block are too large.' },
  OUTPUT_LIMIT: { status: 422, retryable: false, description: 'An output of the block is too large.' },
  EFFECT_INTERRUPTED: {
    status: 422,
    retryable: false,
    description: 'The worker ended while the block had an effect. It is unknown whether the effect happened.',
  },
  NOT_AVAILABLE: {
    status: 422,
    retryable: false,
    description: 'The block needs a part of Ashlar that this version does not have yet.',
  },
  CAPABILITY_MISSING: {
    status: 403,
    retryable: false,
    description: 'The block used a capability that its manifest does not declare.',
  },
  CREDENTIAL_MISSING: { status: 422, retryable: false, description: 'The node needs a credential that you do not have.' },
  CREDENTIAL_EXPIRED: { status: 422, retryable: false, description: 'The service no longer accepts the credential.' },
  CREDENTIAL_UNREADABLE: {
    status: 500,
    retryable: false,
    description: 'The credential was sealed with a key that this installation does not have.',
  },
  AUTHORIZATION_FAILED: { status: 502, retryable: false, description: 'The service did not grant access.' },
  HTTP_DENIED: { status: 403, retryable: false, description: 'The manifest of the block does not allow the request.' },
  HTTP_BLOCKED_ADDRESS: { status: 403, retryable: false, description: 'The address is not on the public internet.' },
  HTTP_LIMIT: { status: 422, retryable: false, description: 'A request or a response is too large or took too long.' },
  RECORDING_MISSING: { status: 422, retryable: false, description: 'A test of a graph has no recording for these inputs.' },
  HTTP_FAILED: { status: 502, retryable: true, description: 'The service could not be reached, or its response was invalid.' },
  HOST_MODULE_MISSING: {
    status: 422,
    retryable: false,
    description: 'The installation does not provide the host function that the block calls.',
  },
  HOST_FAILED: { status: 502, retryable: true, description: 'A host function could not reach its service.' },
  HOST_REFUSED: { status: 422, retryable: false, description: 'A host function or its service rejected the call.' },
  HOST_MODULE_FAILED: { status: 500, retryable: true, description: 'A module of the operator failed.' },
  FILE_NOT_FOUND: { status: 404, retryable: false, description: 'The file does not exist.' },
  FILE_LIMIT: { status: 422, retryable: false, description: 'A file or all files of the execution are too large.' },
  FILE_PATH_INVALID: { status: 422, retryable: false, description: 'The path is not a path of a file of the execution.' },
  DEPTH_EXCEEDED: { status: 422, retryable: false, description: 'Too many graphs are nested in one another.' },
  SANDBOX_LOST: { status: 503, retryable: true, description: 'The sandbox process ended while the block ran.' },
  SANDBOX_TOO_WEAK: {
    status: 503,
    retryable: false,
    description: 'The isolation of the sandbox is weaker than the operator requires.',
  },
  // A service that a block uses
  SERVICE_FAILED: { status: 502, retryable: true, description: 'The service answered with an error of its own.' },
  SERVICE_REFUSED: { status: 422, retryable: false, description: 'The service refused the request of the block.' },
  MODEL_NOT_FOUND: { status: 422, retryable: false, description: 'The service has no model with this name.' },
  CONTEXT_TOO_LONG: { status: 422, retryable: false, description: 'The request is longer than the model accepts.' },
  CONTENT_FILTERED: { status: 422, retryable: false, description: 'The service refused because of its content policy.' },
  MODEL_OUTPUT_INVALID: {
    status: 422,
    retryable: false,
    description: 'The answer of the model does not have the requested form.',
  },
  // Plugins
  PLUGIN_INVALID: { status: 422, retryable: false, description: 'The manifest of the plugin is invalid.' },
  PLUGIN_LOAD_FAILED: { status: 422, retryable: false, description: 'The code of the plugin cannot be loaded.' },
  DUPLICATE_BLOCK: { status: 409, retryable: false, description: 'Another plugin has a block with the same id or name.' },
  BLOCK_UNAVAILABLE: { status: 409, retryable: false, description: 'The block is not installed.' },
  TARBALL_INVALID: { status: 422, retryable: false, description: 'The package is not a valid npm package of a plugin.' },
  SIGNATURE_INVALID: { status: 422, retryable: false, description: 'The signature of the plugin version is invalid.' },
  SDK_TOO_OLD: { status: 422, retryable: false, description: 'The plugin is written for a newer version of the SDK.' },
  TESTS_FAILED: { status: 422, retryable: false, description: 'A test of a block failed.' },
  // The server
  CONFIG_INVALID: {
    status: 500,
    retryable: false,
    description: 'The operator has to change the configuration of the installation.',
  },
  SHUTTING_DOWN: { status: 503, retryable: true, description: 'The server is stopping. Try again later.' },
} as const satisfies Record<string, ApiCodeProperties>

/** The codes of the command line and of the operator's environment. Clients of the API never receive them. */
const OPERATOR_CODES = {
  PORT_TAKEN: { status: 500, retryable: false },
  DATA_DIR_IN_USE: { status: 500, retryable: false },
  DATA_DIR_UNUSABLE: { status: 500, retryable: false },
  DATABASE_UNREACHABLE: { status: 503, retryable: true },
  DATABASE_FAILED: { status: 500, retryable: false },
  SERVER_UNREACHABLE: { status: 503, retryable: true },
  FILE_UNUSABLE: { status: 500, retryable: false },
} as const satisfies Record<string, ErrorCodeProperties>

/** All error codes. A code and its details are part of the API contract; messages are for people. */
export const ERROR_CODES = { ...API_ERROR_CODES, ...OPERATOR_CODES }

/** One of the codes of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES
