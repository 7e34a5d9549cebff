// `--diff-against DIRECTORY`: what changes on the nodes that run the files of an earlier run.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { targets } from '../../targets/index.ts'
import type { TargetOutput } from '../compile.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { OutputFile } from '../emit/target.ts'
import { changeNodes } from '../firewall/change.ts'
import { reasonOf } from './input.ts'

/** The outputs as changes of the files in the directory; NP6001, NP6004 or NP6010 where that cannot be. */
export function changesAgainst(
  directory: string,
  outputs: readonly TargetOutput[],
  reporter: Reporter,
): readonly TargetOutput[] {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    reporter.report('NP6001', { message: `"${directory}" is no directory`, file: directory })
    return []
  }
  return outputs.flatMap(({ target, files }) => {
    const { change } = targets.find(({ name }) => name === target) ?? {}
    if (change === undefined) {
      const message = `target ${target} has no --diff-against: its output is not loaded by files of netpolc`
      const help = `targets that have it: ${targets.flatMap((one) => (one.change ? one.name : [])).join(', ')}`
      reporter.report('NP6004', { message, help })
      return []
    }
    const rules = files.filter(({ isScript }) => !isScript)
    const folder = outputs.length > 1 ? join(directory, target) : directory
    const before = rules.flatMap((file) => readOld(folder, file, reporter))
    const result = changeNodes(before, rules, change)
    if (result.kind === 'change') return [{ target, files: withScripts(result.files, files) }]
    const path = join(folder, result.path)
    reporter.report('NP6010', { message: `"${path}": ${result.reason}`, file: path })
    return []
  })
}

/** A node that is new needs what loads its files, too. */
function withScripts(
  changes: readonly OutputFile[],
  all: readonly OutputFile[],
): readonly OutputFile[] {
  const whole = new Set(all.map(({ path }) => path))
  const fresh = new Set(changes.filter(({ path }) => whole.has(path)).map(folderOf))
  return [...changes, ...all.filter((one) => one.isScript && fresh.has(folderOf(one)))]
}

function folderOf({ path }: OutputFile): string {
  return path.slice(0, path.lastIndexOf('/'))
}

/** A file as it was; none where there was none. */
function readOld(folder: string, { path }: OutputFile, reporter: Reporter): readonly OutputFile[] {
  const file = join(folder, path)
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return []
  try {
    return [{ path, text: readFileSync(file, 'utf8') }]
  } catch (error) {
    reporter.report('NP6001', { message: `"${file}" cannot be read: ${reasonOf(error)}`, file })
    return []
  }
}
