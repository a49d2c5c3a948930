import {
  BLOCK_KINDS,
  listCapabilityKinds,
  type Block,
  type CataloguePlugin,
  type PinKind,
  type PluginCheck,
  type PluginVersionStatus,
} from '@ashlar/core'
import { builder } from '../base/builder.ts'

const BLOCK_KIND_DESCRIPTIONS: Record<Block['kind'], string> = {
  standard: 'Runs the code of the block.',
  input: 'A named input of the graph.',
  output: 'A named output of the graph.',
  note: 'A remark for people. It never runs.',
  graph: 'Runs another graph.',
  trigger: 'Starts an execution from an external event.',
  approval: 'Waits for a person.',
  placeholder: 'Keeps the data of a block that is not installed. A graph with one cannot be executed.',
}

export const BlockKind = builder.enumType('BlockKind', {
  description: 'What a block does in a graph.',
  values: Object.fromEntries(
    BLOCK_KINDS.map((kind) => [kind.toUpperCase(), { value: kind, description: BLOCK_KIND_DESCRIPTIONS[kind] }]),
  ),
})

const PIN_KIND_DESCRIPTIONS: Record<PinKind, string> = {
  TEXT: 'Text.',
  CHOICE: 'One of a list of values.',
  NUMBER: 'A number.',
  INTEGER: 'A whole number.',
  BOOLEAN: 'True or false.',
  DATE: 'A date as text, such as `2026-11-21`.',
  TIME: 'A time of day as text, such as `09:30:00`.',
  DATE_TIME: 'A point in time as text, such as `2026-11-21T09:30:00Z`.',
  LIST: 'A list.',
  OBJECT: 'An object.',
  UNION: 'Values of several of the other kinds.',
  ANY: 'Any value.',
}

export const PinKindType = builder.enumType('PinKind', {
  description: 'The kind of the values of a pin. A pin that also accepts null has the kind of its other values.',
  values: describeValues(PIN_KIND_DESCRIPTIONS),
})

export const PluginStatus = builder.enumType('PluginStatus', {
  description: 'Whether the blocks of a plugin are available.',
  values: describeValues<CataloguePlugin['status']>({
    LOADED: 'The blocks are available.',
    FAILED: 'The plugin did not load.',
    AVAILABLE: 'The plugin was published to this installation but is not installed.',
  }),
})

export const PluginSource = builder.enumType('PluginSource', {
  description: 'Where a plugin comes from.',
  values: describeValues<CataloguePlugin['origin']>({
    DEV: 'A development plugin that `ashlar plugin dev` has loaded.',
    WORKSPACE: 'A plugin folder of the installation. Only these plugins are trusted.',
    PACKAGE: 'An npm package that the configuration names.',
    STORE: 'Published to the installation.',
  }),
})

export const PluginVersionStatusType = builder.enumType('PluginVersionStatus', {
  description: 'Whether a version of a plugin is in use.',
  values: describeValues<PluginVersionStatus>({
    PUBLISHED: 'The version can be installed.',
    INSTALLED: 'New graph versions use this version.',
  }),
})

const CHECK_DESCRIPTIONS: Record<PluginCheck['name'], string> = {
  tarball: 'The tarball can be read.',
  package: 'Its package.json is valid.',
  signature: 'The signature is valid and by the right key.',
  sdk: 'It is built for an SDK that this installation has.',
  bundle: 'Its source can be bundled.',
  manifest: 'Its blocks and providers are valid.',
  claims: 'Its name and the ids of its blocks are not taken.',
  tests: 'The tests of its blocks pass.',
}

export const PluginCheckName = builder.enumType('PluginCheckName', {
  description: 'A check of a version of a plugin. `PluginReport.checks` has the order in which the checks run.',
  values: Object.fromEntries(
    Object.entries(CHECK_DESCRIPTIONS).map(([name, description]) => [name.toUpperCase(), { value: name, description }]),
  ),
})

export const CapabilityKind = builder.enumType('CapabilityKind', {
  description: 'A power that the manifest of a block can declare. A block without capabilities only computes.',
  values: Object.fromEntries(
    listCapabilityKinds().map(({ kind, summary }) => [
      kind.toUpperCase().replaceAll('.', '_'),
      { value: kind, description: summary },
    ]),
  ),
})

function describeValues<Value extends string>(descriptions: Record<Value, string>): Record<Value, { description: string }> {
  const values = Object.entries<string>(descriptions).map(([value, description]) => [value, { description }])
  return Object.fromEntries(values) as Record<Value, { description: string }>
}
