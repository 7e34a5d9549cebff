// The test driver must not take silence for success.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('test driver')
const folder = join('dist', 'driver-fixtures')
const uvu = `import { suite } from 'uvu'\nimport * as assert from 'uvu/assert'\nconst test = suite('x')\n`

function drive(name: string, text: string, ...words: readonly string[]): [number | null, string] {
  const { status, stdout } = run(name, text, words)
  return [status, stdout.toString().trimEnd().split('\n').at(-1) ?? '']
}

function output(name: string, text: string): string {
  return run(name, text, []).stdout.toString()
}

function run(name: string, text: string, words: readonly string[]): ReturnType<typeof spawnSync> {
  const root = join(folder, name)
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, 'one.test.ts'), text)
  const args = ['--import', 'tsx', 'test/run.ts', '--root', root, ...words]
  return spawnSync(process.execPath, args)
}

test('tests that pass are counted', () => {
  const text = `${uvu}test('a', () => assert.ok(true))\ntest('b', () => assert.ok(true))\ntest.run()\n`
  assert.equal(drive('good', text), [0, '2 passed, 0 failed'])
})

test('a test that fails fails the run', () => {
  const text = `${uvu}test('a', () => assert.ok(true))\ntest('b', () => assert.ok(false))\ntest.run()\n`
  assert.equal(drive('bad', text), [1, '1 passed, 1 failed'])
})

test('a file that registers no test fails the run', () => {
  assert.equal(drive('none', `${uvu}test.run()\n`), [1, '0 passed, 1 failed'])
})

test('a suite that is never run fails the run', () => {
  const text = `${uvu}test('a', () => assert.ok(true))\n`
  assert.equal(drive('forgotten', text), [1, '0 passed, 1 failed'])
})

test('a skipped test fails the run', () => {
  const text = `${uvu}test('a', () => assert.ok(true))\ntest['skip']('b', () => {})\ntest.run()\n`
  assert.equal(drive('skipped', text), [1, '1 passed, 1 failed'])
})

test('a crash, before or after the tests, fails the run', () => {
  assert.equal(drive('early', 'throw new Error()\n')[0], 1)
  const late = `${uvu}test('a', () => assert.ok(true))\ntest.run()\nprocess.on('exit', () => { process.exitCode = 3 })\n`
  assert.equal(drive('late', late), [1, '1 passed, 1 failed'])
})

test('seeds, and what a machine lacks, are shown of tests that pass', () => {
  const said = "console.log('seed 7: x')\nconsole.log('missing here: y: z')\n"
  const text = `${uvu}test('a', () => assert.ok(true))\n${said}test.run()\n`
  assert.match(output('notes', text), /\n {5}seed 7: x\n {5}missing here: y: z\n1 passed/)
})

test('words that no file matches fail the run', () => {
  const text = `${uvu}test('a', () => assert.ok(true))\ntest.run()\n`
  assert.equal(drive('unmatched', text, 'nowhere'), [1, '0 passed, 1 failed'])
})

test.run()
