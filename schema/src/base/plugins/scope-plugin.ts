import type { ApiKeyScope } from '@ashlar/core'
import PothosBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'

/** The scope that an operation requires. `ANY`: every caller may use it, as far as its result needs no scope. */
export type OperationScope = ApiKeyScope | 'ANY'

/** The options of the fields of Query, Mutation and Subscription. */
interface OperationOptions {
  /** The scope that the operation requires. */
  scope: OperationScope
}

declare global {
  // Pothos requires declaration merging for the options of plugins. The type parameters repeat those of Pothos.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      operationScopes: OperationScopePlugin<Types>
    }
    export interface QueryFieldOptions<Types, Type, Nullable, Args, ResolveReturnShape> extends OperationOptions {}
    export interface MutationFieldOptions<Types, Type, Nullable, Args, ResolveReturnShape> extends OperationOptions {}
    export interface SubscriptionFieldOptions<
      Types,
      Type,
      Nullable,
      Args,
      ResolveShape,
      ResolveReturnShape,
    > extends OperationOptions {}
  }
}

/**
 * Sets what the scope of an operation means: `@pothos/plugin-scope-auth` checks it before the resolver runs, the
 * description of the operation names it, and the extension `scope` of the field holds it. This is the second lock. The
 * first one is core, which also checks roles and accounts.
 */
class OperationScopePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (field.kind !== 'Query' && field.kind !== 'Mutation' && field.kind !== 'Subscription') return field
    const { scope } = field.pothosOptions as Partial<OperationOptions>
    if (scope === undefined) throw new TypeError(`${field.kind}.${field.name} must have the option "scope"`)
    const extensions = { ...field.extensions, scope }
    if (scope === 'ANY') return { ...field, extensions }
    const description = `${field.description ?? ''} Requires the scope ${scope}.`.trim()
    const pothosOptions = { ...field.pothosOptions, authScopes: { scope } }
    return { ...field, extensions, description, pothosOptions } as PothosOutputFieldConfig<Types>
  }
}

PothosBuilder.registerPlugin('operationScopes', OperationScopePlugin)
