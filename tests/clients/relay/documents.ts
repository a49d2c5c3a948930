import { graphql } from 'relay-runtime'

/*
 * The documents that relay-compiler compiles. Tests load the artifacts that it writes: the tag itself only throws.
 */

export const graphs = graphql`
  query documentsGraphsQuery($first: Int!, $after: String) {
    graphs(first: $first, after: $after) @connection(key: "documents_graphs") {
      edges {
        node {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`

/** Relay generates queries of these fragments through `node`: of an object, and of the pages of a nested list. */
export const refetchable = graphql`
  fragment documentsGraph on Graph @refetchable(queryName: "documentsGraphRefetchQuery") {
    name
    ...documentsExecutions
  }
`

export const pages = graphql`
  fragment documentsExecutions on Graph
  @refetchable(queryName: "documentsExecutionsPageQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 10 }, after: { type: "String" }) {
    executions(first: $first, after: $after) @connection(key: "documents_executions") {
      edges {
        node {
          status
        }
      }
    }
  }
`

export const createGraph = graphql`
  mutation documentsCreateGraphMutation($input: CreateGraphInput!, $connections: [ID!]!) {
    createGraph(input: $input) {
      graphEdge @prependEdge(connections: $connections) {
        node {
          id
          name
        }
      }
      errors {
        code
        message
        path
      }
    }
  }
`

export const updateGraph = graphql`
  mutation documentsUpdateGraphMutation($input: UpdateGraphInput!) {
    updateGraph(input: $input) {
      graph {
        id
        name
      }
      errors {
        code
      }
    }
  }
`

export const deleteGraphs = graphql`
  mutation documentsDeleteGraphsMutation($input: DeleteGraphsInput!, $connections: [ID!]!) {
    deleteGraphs(input: $input) {
      deletedGraphIds @deleteEdge(connections: $connections)
      errors {
        code
      }
    }
  }
`

export const startExecution = graphql`
  mutation documentsStartExecutionMutation($input: StartExecutionInput!) {
    startExecution(input: $input) {
      execution {
        id
        status
      }
      errors {
        code
        message
        path
      }
    }
  }
`

export const events = graphql`
  subscription documentsEventsSubscription($executionId: ID!, $after: ID) {
    executionEvents(executionId: $executionId, after: $after) {
      __typename
      id
      seq
      ... on ExecutionFinished {
        execution {
          id
          status
          outputs
        }
      }
    }
  }
`
