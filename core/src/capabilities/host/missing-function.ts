import { AshlarError } from '../../base/index.ts'

/** The host modules that come with Ashlar: `smtp` is `ashlar:smtp` and provides the functions `smtp/…`. */
export const BUILTIN_HOST_MODULES = ['smtp', 'postgres'] as const

/** Returns HOST_MODULE_MISSING. Its message contains the line that the operator adds. */
export function missingFunction(block: string, name: string): AshlarError {
  const [module = ''] = name.split('/')
  const isBuiltin = BUILTIN_HOST_MODULES.some((each) => each === module)
  const line = `hostModules: ['${isBuiltin ? `ashlar:${module}` : `./${module}.ts`}']`
  const remedy = isBuiltin ? '' : ` and writes this module, which provides the function ${name}`
  return new AshlarError(
    'HOST_MODULE_MISSING',
    `block ${block} calls the host function ${name}, which this installation does not provide: the operator adds ${line} to ashlar.config.ts${remedy}`,
    { details: { function: name } },
  )
}
