// Output paths come from names in the input, so each is checked before anybody writes to it.
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { OutputFile } from './target.ts'

/** Reports paths that leave the output directory, or that two files share, as NP5006. */
export function checkPaths(files: readonly OutputFile[], reporter: Reporter): void {
  const seen = new Set<string>()
  for (const { path } of files) {
    const isSafe = path.split('/').every((part) => /^[\w-][\w.-]*$/.test(part))
    if (!isSafe) {
      const message = `"${path}" cannot be the name of an output file`
      reporter.report('NP5006', { message, help: 'rename the policy or node that it is made from' })
    }
    if (seen.has(path)) {
      const message = `two output files would have the name "${path}"`
      reporter.report('NP5006', { message, help: 'rename one of the policies or nodes' })
    }
    seen.add(path)
  }
}
