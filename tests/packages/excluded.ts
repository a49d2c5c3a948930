/** Packages with a higher rank than the last package of the table that do not fit the purpose of a block, by reason. */
const EXCLUDED: Readonly<Record<string, string>> = {
  'build tools, and readers and writers of program source': `source-map eslint-visitor-keys esbuild globals postcss acorn
    estraverse js-tokens eslint-scope @babel/parser @babel/types convert-source-map electron-to-chromium node-releases jsesc
    browserslist magic-string @jridgewell/trace-mapping @jridgewell/resolve-uri jiti @babel/generator @babel/template
    postcss-selector-parser update-browserslist-db @babel/compat-data espree @babel/core @babel/helpers source-map-js
    is-core-module eslint estree-walker @babel/helper-module-transforms @babel/helper-module-imports caniuse-lite
    @babel/helper-compilation-targets @babel/helper-plugin-utils typescript esutils @rolldown/pluginutils
    baseline-browser-mapping @eslint/js esquery @eslint-community/regexpp acorn-jsx source-map-support esrecurse ts-api-utils
    prettier @eslint/eslintrc @jridgewell/sourcemap-codec gensync schema-utils @typescript-eslint/types tapable
    enhanced-resolve doctrine @humanwhocodes/retry @jridgewell/gen-mapping @typescript-eslint/typescript-estree
    @typescript-eslint/visitor-keys postcss-value-parser @typescript-eslint/tsconfig-utils @rollup/rollup-linux-x64-gnu
    @eslint/core @rollup/rollup-linux-x64-musl @typescript-eslint/scope-manager esprima loose-envify
    @typescript-eslint/project-service es-module-lexer @eslint/plugin-kit @eslint/config-array pirates
    @typescript-eslint/utils cjs-module-lexer @babel/helper-validator-identifier @babel/helper-validator-option
    @babel/helper-string-parser @babel/helper-globals`,
  'terminals, command lines and logs': `debug ansi-styles strip-ansi ansi-regex supports-color chalk commander string-width
    wrap-ansi has-flag is-fullwidth-code-point argparse yargs-parser picocolors yargs cliui minimist optionator y18n jackspeak
    ansi-escapes arg get-caller-file restore-cursor @isaacs/cliui cli-cursor slice-ansi indent-string`,
  'files, processes, sockets and settings of a machine': `glob which glob-parent find-up locate-path signal-exit isexe path-key ws
    resolve agent-base @esbuild/linux-x64 cross-spawn fs-extra resolve-from shebang-command https-proxy-agent path-exists
    shebang-regex chokidar readdirp graceful-fs node-fetch path-scurry rimraf dotenv fast-glob callsites http-proxy-agent
    detect-libc execa tinyglobby flat-cache fdir file-entry-cache import-fresh mkdirp npm-run-path supports-preserve-symlinks-flag
    make-dir parent-module ci-info foreground-child anymatch human-signals cosmiconfig open jsonfile chownr proxy-from-env
    require-directory is-wsl follow-redirects strip-final-newline path-type @nodelib/fs.scandir write-file-atomic
    require-from-string @nodelib/fs.stat globby is-docker tar @humanfs/node node-addon-api`,
  servers: `negotiator http-errors raw-body finalhandler depd send type-is express accepts fresh on-finished body-parser
    merge-descriptors`,
  'frameworks for pages': `react-is @radix-ui/react-primitive csstype aria-query @radix-ui/react-context clsx prop-types`,
  types: `type-fest undici-types @types/estree @types/node @jest/types @types/json-schema @smithy/types @aws-sdk/types
    @types/react-dom`,
  'features of the language or of Node that an engine lacks': `tslib safe-buffer isarray string_decoder hasown inherits
    webidl-conversions function-bind @babel/runtime get-intrinsic universalify es-errors has-symbols es-define-property gopd
    util-deprecate object-assign call-bind-apply-helpers buffer math-intrinsics safer-buffer dunder-proto get-proto
    side-channel-list has-tostringtag es-set-tostringtag call-bound queue-microtask side-channel-map setprototypeof
    side-channel-weakmap es-object-atoms core-util-is call-bind has-property-descriptors which-typed-array side-channel
    define-data-property`,
  'tests and telemetry': `pretty-format jest-util @opentelemetry/core jest-worker @jest/schemas @opentelemetry/semantic-conventions
    @opentelemetry/api-logs @opentelemetry/resources`,
  'parts of one other package': `escalade @smithy/util-utf8 mimic-fn wrappy @smithy/is-array-buffer delayed-stream
    @smithy/util-buffer-from`,
}

export function listExcluded(): string[] {
  return Object.values(EXCLUDED).flatMap((names) => names.trim().split(/\s+/))
}
