/** The languages of code blocks that Notion accepts. Source: Notion API, block, code. */
const LANGUAGES = new Set(
  'abap,arduino,bash,basic,c,clojure,coffeescript,c++,c#,css,dart,diff,docker,elixir,elm,erlang,flow,fortran,f#,gherkin,glsl,go,graphql,groovy,haskell,html,java,javascript,json,julia,kotlin,latex,less,lisp,livescript,lua,makefile,markdown,markup,matlab,mermaid,nix,objective-c,ocaml,pascal,perl,php,plain text,powershell,prolog,protobuf,python,r,reason,ruby,rust,sass,scala,scheme,scss,shell,sql,swift,typescript,vb.net,verilog,vhdl,visual basic,webassembly,xml,yaml'.split(
    ',',
  ),
)

/** Other names that are usual in Markdown. */
const ALIASES = new Map(
  Object.entries({
    js: 'javascript',
    jsx: 'javascript',
    mjs: 'javascript',
    ts: 'typescript',
    tsx: 'typescript',
    py: 'python',
    rb: 'ruby',
    rs: 'rust',
    sh: 'shell',
    zsh: 'shell',
    console: 'shell',
    yml: 'yaml',
    md: 'markdown',
    cpp: 'c++',
    cs: 'c#',
    csharp: 'c#',
    fsharp: 'f#',
    golang: 'go',
    kt: 'kotlin',
    dockerfile: 'docker',
    ps1: 'powershell',
    jsonc: 'json',
    postgresql: 'sql',
    tex: 'latex',
  }),
)

/** Notion rejects a page whose code has a language that it does not know. */
export function toLanguage(name: string): string {
  const lower = name.toLowerCase()
  const known = ALIASES.get(lower) ?? lower
  return LANGUAGES.has(known) ? known : 'plain text'
}
