// Files → disk, all or nothing: everything is written beside its place first and moved there last.
import { randomBytes } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { TargetOutput } from '../compile.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { OutputFile } from '../emit/target.ts'
import { reasonOf } from './input.ts'

/** All outputs' files; with several targets, each has a folder of its own. */
export function inFolders(outputs: readonly TargetOutput[]): readonly OutputFile[] {
  return outputs.flatMap(({ target, files }) =>
    files.map((file) => (outputs.length > 1 ? { ...file, path: `${target}/${file.path}` } : file)),
  )
}

/** Writes the files below a directory, which is made where it is missing; NP6002 where that fails. */
export function writeFiles(
  directory: string,
  files: readonly OutputFile[],
  reporter: Reporter,
): void {
  const made: string[] = []
  const staged: { readonly from: string; readonly to: string }[] = []
  try {
    makeDirectory(directory, made)
    for (const { path, text, isScript } of files) {
      const to = join(directory, path)
      makeDirectory(dirname(to), made)
      refuseDirectory(to)
      const from = join(dirname(to), `.netpolc-${randomBytes(8).toString('hex')}`)
      staged.push({ from, to })
      writeFileSync(from, text, { flag: 'wx', mode: isScript ? 0o777 : 0o666 })
    }
    for (const { from, to } of staged) renameSync(from, to)
  } catch (error) {
    for (const { from } of staged) quietly(() => unlinkSync(from))
    for (const path of made.reverse()) quietly(() => rmdirSync(path))
    reporter.report('NP6002', {
      message: `"${directory}" cannot be written: ${reasonOf(error)}`,
      file: directory,
      help: 'name a directory that you may write to',
    })
  }
}

/** Warns of files of an earlier run, which would be applied together with today's: NP6007. */
export function warnStrangers(
  directory: string,
  files: readonly OutputFile[],
  reporter: Reporter,
): void {
  const strangers = strangersIn(directory, files)
  if (strangers.length === 0) return
  const shown = strangers.slice(0, 5).join(', ')
  const rest = strangers.length > 5 ? ` and ${strangers.length - 5} more` : ''
  reporter.report('NP6007', {
    message: `"${directory}" also holds files that this run did not write: ${shown}${rest}`,
    file: directory,
    help: 'they may be left from an earlier run; remove them before you apply the directory',
  })
}

/** Files below a directory, relative to it, that are not among `files`. */
function strangersIn(directory: string, files: readonly OutputFile[]): readonly string[] {
  const own = new Set(files.map(({ path }) => path))
  const folders = new Set(['', ...files.map(({ path }) => dirname(path).replace(/^\.$/, ''))])
  return [...folders].flatMap((folder) => {
    const path = join(directory, folder)
    const entries = statSync(path, { throwIfNoEntry: false })?.isDirectory()
      ? readdirSync(path, { withFileTypes: true })
      : []
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => (folder === '' ? entry.name : `${folder}/${entry.name}`))
      .filter((name) => !own.has(name))
  })
}

function makeDirectory(path: string, made: string[]): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isDirectory()) return
  if (stats !== undefined) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' })
  if (dirname(path) !== path) makeDirectory(dirname(path), made)
  mkdirSync(path)
  made.push(path)
}

function refuseDirectory(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  throw Object.assign(new Error('is a directory'), { code: 'EISDIR' })
}

function quietly(action: () => void): void {
  try {
    action()
  } catch {
    // The file is gone already, or the directory holds something of others.
  }
}
