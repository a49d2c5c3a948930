/** The id of the block `graph/placeholder`, which keeps the data of a node whose block is not installed. */
export const PLACEHOLDER_ID = '5c2f6a4e-0b7d-4d19-9e63-7a1f84c0d2b5'
