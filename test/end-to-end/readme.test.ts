// Whatever README.md shows runs as written and prints what it shows.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dialects, targets } from '../../targets/index.ts'
import { inFolder } from '../support/run.ts'

const test = suite('README')
const readme = readFileSync('README.md', 'utf8')
// As on a machine that has never seen this package: npx then builds it while the other tests run.
const cache = mkdtempSync(join(tmpdir(), 'netpolc-npm-'))
// What one command writes, the next ones look at.
const shelf = mkdtempSync(join(tmpdir(), 'netpolc-readme-'))
const kept = ['moved', 'firewall']

interface Session {
  readonly line: number
  readonly command: string
  readonly shown: string
}

for (const { line, command, shown } of sessionsOf(readme)) {
  test(`line ${line}: ${command}`, () =>
    inFolder(async (folder) => {
      // The clone is installed already; and what is written goes to a folder of the test.
      const script = command
        .replace('npm ci && ', '')
        .replaceAll(' rules', ` ${join(folder, 'rules')}`)
        .replaceAll(new RegExp(` (${kept.join('|')})(?=$|[ /])`, 'g'), ` ${shelf}/$1`)
      const { stdout, stderr } = spawnSync('bash', ['-c', `${script} 2>&1`], {
        env: { ...process.env, npm_config_cache: cache },
      })
      // npm speaks of its own settings on the way.
      const printed = `${stdout}${stderr}`
        .replace(/^npm warn .*\n/gm, '')
        .replaceAll(`${shelf}/`, '')
      assert.fixture(withoutCuts(printed, shown), shown)
    }))
}

test.after(() => {
  for (const path of [cache, shelf]) rmSync(path, { recursive: true, force: true })
})

test('the table of dialects is that of targets/index.ts', () => {
  const names = [...new Set([...dialects, ...targets].map(({ name }) => name))]
  const rows = names.map((name) => {
    const title = [...dialects, ...targets].find((one) => one.name === name)?.title ?? ''
    const mark = (list: readonly { readonly name: string }[]): string =>
      list.some((one) => one.name === name) ? 'yes' : ''
    return `| \`${name}\` | ${title} | ${mark(dialects)} | ${mark(targets)} |`
  })
  for (const row of rows) assert.ok(readme.includes(`${row}\n`), row)
})

test('every file that it links to is there', () => {
  for (const [, path = ''] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
    assert.ok(existsSync(path), path)
  }
})

test.run()

/** Commands after `$ ` in console blocks, each with the lines that follow it. */
function sessionsOf(text: string): readonly Session[] {
  const sessions: Session[] = []
  for (const block of text.matchAll(/^```console\n(.*?)^```$/gms)) {
    const firstLine = text.slice(0, block.index).split('\n').length + 1
    for (const session of (block[1] ?? '').matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)) {
      const line = firstLine + (block[1] ?? '').slice(0, session.index).split('\n').length - 1
      sessions.push({ line, command: session[1] ?? '', shown: session[2] ?? '' })
    }
  }
  return sessions.filter(({ command }) => !command.endsWith('npm test'))
}

/** A line `…` in what is shown stands for any number of lines. */
function withoutCuts(printed: string, shown: string): string {
  if (!shown.includes('…\n')) return printed
  const [head = '', tail = ''] = shown.split('…\n')
  return printed.startsWith(head) && printed.endsWith(tail) ? shown : printed
}
