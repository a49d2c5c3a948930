export { defineBlock } from './block.ts'
export { BLOCK_ERROR_CODES, BlockError } from './block-error.ts'
export { decodeText } from './decode-text.ts'
export { anyHost, fromCredential, fromInput } from './http-grant.ts'
export { apiKey, awsSignature, defineProvider, endpoint, hostScoped, oauth2, userPassword } from './providers/index.ts'
export { definePlugin } from './plugin.ts'
export { SDK_VERSION } from './version.ts'
export { findDifference } from './block-test.ts'
export {
  addNumbers,
  canonicalJson,
  compareNumbers,
  compareValues,
  divideNumbers,
  findJsonFault,
  isEqual,
  multiplyNumbers,
  orderedObject,
  parseJson,
  parseNumber,
  raiseNumber,
  reviveNumber,
  stringifyJson,
  subtractNumbers,
  sumNumbers,
  toJsonNumber,
} from './json/index.ts'
export type { JsonNumber } from './json/index.ts'
export type { BlockErrorCode } from './block-error.ts'
export type { Credential, CredentialType, PresignOptions, Secret } from './credential.ts'
export type { Block, BlockDefinition, BlockKind, CrashPolicy, TypedBlock, UnavailableBlockDefinition } from './block.ts'
export type { Capabilities, CredentialGrant, HttpGrant } from './capabilities.ts'
export type { BlockContext, LogLevel, Usage } from './context.ts'
export type { Storage, StoragePage, StorageScope } from './storage.ts'
export type { ToolPin, Yielded, YieldedIteration } from './yielded.ts'
export type { DecodedText, DecodeTextOptions } from './decode-text.ts'
export type { FromInputOptions } from './http-grant.ts'
export type { FileEntry, Files, FilesGrant } from './files.ts'
export type { BlockTest, BlockTestResult, Expected, ExpectedIteration } from './block-test.ts'
export type { Fetch, FetchInit } from './fetch.ts'
export type { FakeHostResult, FakeResponse, Fakes, HostCall, SentRequest } from './fakes.ts'
export type { Plugin } from './plugin.ts'
export type {
  BlockCost,
  Cost,
  OAuth2,
  OAuth2Definition,
  Provider,
  ProviderAuth,
  Webhook,
  WebhookEvent,
  WebhookSignature,
} from './providers/index.ts'
