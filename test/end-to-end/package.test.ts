// The package as its users get it: packed, and run by its own executable. It is what `npm run build`
// made last, which `npm test` runs first.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('package')

const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec: { podSelector: {} }
`
const main = 'dist/src/cli/main.js'

test('the tarball holds the build, the licence and nothing of the workshop', () => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      stdio: 'pipe',
    }).toString(),
  )
  const paths: readonly string[] = packed.files.map(({ path }: { path: string }) => path)
  for (const path of ['LICENSE', 'README.md', 'CHANGELOG.md', main, 'dist/src/index.d.ts']) {
    assert.ok(paths.includes(path), path)
  }
  const strangers = paths.filter(
    (path) =>
      !/^(dist\/(src|targets)\/|(LICENSE|README\.md|CHANGELOG\.md|package\.json)$)/.test(path),
  )
  assert.equal(strangers, [])
})

test('the executable compiles, and says its version', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  assert.is(execFileSync(process.execPath, [main, '--version']).toString(), `${version}\n`)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, 'compile', '-t', 'ir', '-'],
    {
      input: policy,
    },
  )
  assert.equal([status, stderr.toString()], [0, ''])
  assert.match(stdout.toString(), /^policy shop\/db {2}# <stdin>:1$/m)
})

test('a reader that stops early ends the executable quietly', () => {
  const many = Array.from({ length: 3000 }, (_, index) => policy.replace('db', `db-${index}`))
  const shell = `${process.execPath} ${main} compile --no-verify -t calico - | head -1`
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', shell], {
    input: many.join('---\n'),
  })
  assert.equal([status, stderr.toString()], [0, ''])
  assert.is(stdout.toString().split('\n').length, 2)
})

test('a fault ends in exit code 2 and words, without a trace of the stack', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, 'compile', '-t', 'ir', '-'],
    {
      input: 'spec: [',
    },
  )
  assert.equal([status, stdout.toString()], [2, ''])
  assert.match(stderr.toString(), /^<stdin>:1:\d+: error NP1002: /)
})

test('the library is imported by its name', () => {
  const script = `import { targets } from 'netpolc'; console.log(targets.length > 0)`
  const answer = execFileSync(process.execPath, ['--input-type=module', '-e', script])
  assert.is(answer.toString(), 'true\n')
})

test.run()
