import type { Fault } from '@ashlar/client'
import type { TypedDocumentNode } from '@urql/core'
import { parse } from 'graphql'

// The documents of Apollo Client and urql, with the fields that their caches need.

interface Graph {
  id: string
  name: string
}

interface GraphsResult {
  graphs: { edges: { node: Graph }[]; pageInfo: { endCursor: string | null } }
}

export const GRAPHS: TypedDocumentNode<GraphsResult, { first: number; after?: string | null }> =
  parse(`query Graphs($first: Int!, $after: String) {
  graphs(first: $first, after: $after) {
    edges { cursor node { id name } }
    pageInfo { hasNextPage endCursor }
  }
}`)

/** A mutation with one input object. */
type Mutation<Result> = TypedDocumentNode<Result, { input: object }>

export const CREATE_GRAPH: Mutation<{ createGraph: { errors: Fault[] } }> =
  parse(`mutation CreateGraph($input: CreateGraphInput!) {
  createGraph(input: $input) { graphEdge { cursor node { id name } } errors { code message path } }
}`)

export const UPDATE_GRAPH: Mutation<object> = parse(`mutation UpdateGraph($input: UpdateGraphInput!) {
  updateGraph(input: $input) { graph { id name } errors { code message path } }
}`)

export const DELETE_GRAPHS: Mutation<object> = parse(`mutation DeleteGraphs($input: DeleteGraphsInput!) {
  deleteGraphs(input: $input) { deletedGraphIds errors { code message path } }
}`)

interface StartExecutionResult {
  startExecution: { execution: { id: string; status: string } }
}

export const START_EXECUTION: Mutation<StartExecutionResult> = parse(`mutation StartExecution($input: StartExecutionInput!) {
  startExecution(input: $input) { execution { id status } errors { code message path } }
}`)

interface StatusResult {
  execution: { status: string } | null
}

export const STATUS: TypedDocumentNode<StatusResult, { id: string }> = parse(`query Status($id: ID!) {
  execution(id: $id) { id status }
}`)

interface EventsResult {
  executionEvents: { __typename: string; id: string }
}

export const EVENTS: TypedDocumentNode<EventsResult, { executionId: string; after: string | null }> =
  parse(`subscription Events($executionId: ID!, $after: ID) {
  executionEvents(executionId: $executionId, after: $after) {
    __typename
    id
    ... on ExecutionFinished { execution { id status } }
  }
}`)
