// Files, directories and standard input → sources, with kubectl's habits.
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { byName } from '../algebra/order.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { makeSource, type Source } from '../source/source.ts'
import type { Terminal } from './terminal.ts'

/** Where to look. */
export interface InputRequest {
  /** Files, directories, or `-` for standard input. */
  readonly paths: readonly string[]
  /** Whether directories inside of directories are read too. */
  readonly recursive: boolean
  /** Whether a file in a directory is read though its ending is none of those of policies. */
  readonly alsoRead?: (path: string) => boolean
  /** Whether bytes that are no UTF-8 are worth a warning only: what machines print may hold some. */
  readonly isLenient?: boolean
}

/** Policies and a snapshot, as the words of a command name them. */
export interface InputWords {
  readonly paths: readonly string[]
  readonly filename?: readonly string[]
  readonly cluster?: readonly string[]
  readonly recursive?: boolean
}

/** Policies and a snapshot; null after reporting what keeps them from being read. `why` is what for. */
export function readInputs(
  { paths, filename = [], cluster = [], recursive = false }: InputWords,
  why: string,
  terminal: Pick<Terminal, 'stdin'>,
  reporter: Reporter,
): { readonly sources: readonly Source[]; readonly snapshot: readonly Source[] } | null {
  const wanted = [...paths, ...filename]
  if (wanted.length === 0) {
    const help = 'name a file or a directory, or "-" for standard input'
    reporter.report('NP6006', { message: why, help })
    return null
  }
  if (wanted.includes('-') && cluster.includes('-')) {
    const message = 'standard input cannot be both the policies and the snapshot'
    reporter.report('NP6004', { message, help: 'put one of them into a file' })
    return null
  }
  const sources = readSources({ paths: wanted, recursive }, terminal, reporter)
  const snapshot = readSources({ paths: cluster, recursive }, terminal, reporter)
  return reporter.errors > 0 ? null : { sources, snapshot }
}

/** Endings that a file in a directory must have to be read. */
const extensions: readonly string[] = ['.yaml', '.yml', '.json']

/** The sources, each file once. What cannot be read is reported as NP6001, NP6003 or NP1007. */
export function readSources(
  { paths, isLenient = false, ...how }: InputRequest,
  terminal: Pick<Terminal, 'stdin'>,
  reporter: Reporter,
): readonly Source[] {
  const seen = new Set<string>()
  return [...new Set(paths)].flatMap((path) => {
    if (path === '-') return readStdin(terminal, isLenient, reporter)
    const files = guarded(path, reporter, () => filesOf(path, how, reporter)) ?? []
    return files
      .filter((file) => isFirst(file, seen))
      .flatMap((file) => readFile(file, isLenient, reporter) ?? [])
  })
}

function readStdin(
  { stdin }: Pick<Terminal, 'stdin'>,
  isLenient: boolean,
  reporter: Reporter,
): readonly Source[] {
  const bytes = guarded('<stdin>', reporter, stdin)
  const source = bytes === undefined ? undefined : decode('<stdin>', bytes, isLenient, reporter)
  return source === undefined ? [] : [source]
}

function readFile(path: string, isLenient: boolean, reporter: Reporter): Source | undefined {
  const bytes = guarded(path, reporter, () => readFileSync(path))
  return bytes === undefined ? undefined : decode(path, bytes, isLenient, reporter)
}

type How = Omit<InputRequest, 'paths' | 'isLenient'>

function filesOf(path: string, how: How, reporter: Reporter): readonly string[] {
  if (!statSync(path).isDirectory()) return [path]
  const files = listFiles(path, how)
  if (files.length === 0) {
    reporter.report('NP6003', {
      message: `directory "${path}" holds no ${extensions.join(', ')} file`,
      file: path,
      help: how.recursive
        ? 'name another directory'
        : 'with -R directories inside of it are read too',
    })
  }
  return files
}

function listFiles(directory: string, how: How): readonly string[] {
  const entries = readdirSync(directory, { withFileTypes: true }).sort(byName)
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return how.recursive ? listFiles(path, how) : []
    const isKnown = extensions.includes(extname(entry.name)) || how.alsoRead?.(path) === true
    const isWanted = isKnown && !leadsToDirectory(path)
    return isWanted ? [path] : []
  })
}

// A link to a directory is not followed: it may lead in a circle. A dead link is read, and reported.
function leadsToDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function isFirst(path: string, seen: Set<string>): boolean {
  const real = realPath(path)
  if (seen.has(real)) return false
  seen.add(real)
  return true
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function decode(
  name: string,
  bytes: Uint8Array,
  isLenient: boolean,
  reporter: Reporter,
): Source | undefined {
  try {
    return makeSource(name, new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    const source = makeSource(name, new TextDecoder().decode(bytes))
    const start = Math.max(0, source.text.indexOf('\uFFFD'))
    const at = { source, start, end: start + 1 }
    const message = 'the file is not UTF-8 text'
    reporter.report('NP1007', { message, at, ...(isLenient ? lenient : {}) })
    return isLenient ? source : undefined
  }
}

const lenient = {
  severity: 'warning',
  help: 'what is no text was read as one replacement character a byte',
} as const

function guarded<T>(path: string, reporter: Reporter, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    reporter.report('NP6001', {
      message: `"${path}" cannot be read: ${reasonOf(error)}`,
      file: path,
      help: 'check the name and its permissions',
    })
    return undefined
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  ELOOP: 'links lead in a circle',
  ENOSPC: 'no space is left',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
  ERR_FS_FILE_TOO_LARGE: 'the file is too large',
  ERR_STRING_TOO_LONG: 'the file is too large',
}

/** The reason of a failed file operation, in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? (code === '' ? String(error) : `the system says ${code}`)
}
