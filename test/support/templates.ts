// `npm run templates`: compiles each *.hbs of a target's folder into one templates.gen.ts beside them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import Handlebars from 'handlebars'

/** What stands in `templates.gen.ts` for the templates of a folder. */
export function generate(folder: string): string {
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.hbs'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8')
      const spec = Handlebars.precompile(text, { strict: true, noEscape: true })
      const key = basename(name, '.hbs').replace(/\.(\w)/g, (_, letter: string) =>
        letter.toUpperCase(),
      )
      return `export const ${key}: TemplateSpec = ${spec}\n`
    })
  return [
    '// @ts-nocheck\n// Made by `npm run templates` from the *.hbs files beside it; do not edit.\n',
    `import type { TemplateSpec } from '${relative(folder, 'src/emit')}/template.ts'\n\n`,
    ...lines,
  ].join('')
}

/** Folders that hold templates. */
export const templateFolders: readonly string[] = [
  'src/audit/report',
  'src/firewall/kit',
  'targets/iptables',
  'targets/iptables/kit',
  'targets/nftables',
  'targets/nftables/kit',
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const folder of templateFolders)
    writeFileSync(join(folder, 'templates.gen.ts'), generate(folder))
}
