// Runs the test files: all of them, or those whose path holds one of the words given. Every file runs
// in a process of its own, two at a time. A file fails when a test fails, when it crashes, when it
// skips a test, and when it registers none: uvu itself takes the last two for success.
// With `--coverage` the share of `src` and `targets` that ran is reported too. The last line printed is
// `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type FileResult, judgeFile } from './support/judgeFile.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { coverage: { type: 'boolean' }, root: { type: 'string' } },
})
const root = resolve(values.root ?? 'test')
const coverageFolder = 'dist/coverage/tmp'

const files = testFiles(root).filter(
  (file) => positionals.length === 0 || positionals.some((word) => file.includes(word)),
)
if (values.coverage) rmSync(coverageFolder, { recursive: true, force: true })
const results = await runAll(files)
if (values.coverage) reportCoverage()
if (files.length === 0) console.log(`no test file matches ${positionals.join(' ') || root}`)
const passed = results.reduce((sum, one) => sum + one.passed, 0)
const failed = results.reduce((sum, one) => sum + one.failed, 0) + (files.length === 0 ? 1 : 0)
process.exitCode = failed === 0 ? 0 : 1
console.log(`${passed} passed, ${failed} failed`)

function testFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative('.', join(entry.parentPath, entry.name)))
    .sort()
}

async function runAll(queue: readonly string[]): Promise<readonly FileResult[]> {
  const waiting = [...queue]
  const done: FileResult[] = []
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile(file)
      done.push(result)
      print(file, result)
    }
  }
  const workers = Math.min(availableParallelism(), 4)
  await Promise.all(Array.from({ length: workers }, worker))
  return done
}

function runFile(file: string): Promise<FileResult> {
  return new Promise((settle) => {
    const coverage = values.coverage ? { NODE_V8_COVERAGE: resolve(coverageFolder) } : {}
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      env: { ...process.env, ...coverage, NO_COLOR: '1', FORCE_COLOR: '0' },
    })
    let output = ''
    const collect = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('close', (code) => settle(judgeFile(output, code)))
  })
}

function print(file: string, { passed: good, failed: bad, output, notes }: FileResult): void {
  console.log(
    `${bad === 0 ? 'ok  ' : 'FAIL'} ${file} (${good} passed${bad === 0 ? '' : `, ${bad} failed`})`,
  )
  for (const note of notes) console.log(`     ${note}`)
  if (bad > 0) console.log(output.replace(/^/gm, '     '))
}

function reportCoverage(): void {
  const { stdout } = spawnSync('npx', ['c8', 'report', '--temp-directory', coverageFolder])
  console.log(stdout.toString())
}
