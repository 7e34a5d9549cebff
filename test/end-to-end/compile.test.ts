// `netpolc compile` as its user sees it: what it reads, what it writes, how it ends.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inFolder, netpolc } from '../support/run.ts'

const test = suite('compile')

const policy = (name: string, namespace: string | null = 'shop'): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
${namespace === null ? '' : `  namespace: ${namespace}\n`}spec:
  podSelector: {}
  policyTypes: [Ingress]
`
const secret = `
apiVersion: v1
kind: Secret
metadata: { name: token, namespace: shop }
stringData: { password: hunter2 }
`

const provedLine = 'calico: proved equal to its source, for every pod that could exist\n'

test('prints manifests to standard output and nothing else there', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'a.yaml'), policy('a'))
    const { code, out, err } = await netpolc([
      'compile',
      '--target',
      'calico',
      join(folder, 'a.yaml'),
    ])
    assert.is(code, 0)
    assert.match(out, /^apiVersion: projectcalico\.org\/v3$/m)
    assert.is(err, provedLine)
  }))

test('reads standard input for -, and files after -f', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'b.yaml'), policy('b'))
    const words = ['compile', '-t', 'ir', '-', '-f', join(folder, 'b.yaml')]
    const { code, out } = await netpolc(words, policy('a'))
    assert.is(code, 0)
    assert.match(out, /policy shop\/a {2}# <stdin>:2/)
    assert.match(out, /policy shop\/b/)
  }))

test('reads YAML and JSON of a directory, and with -R what lies deeper', () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'deep'))
    writeFileSync(join(folder, 'a.yml'), policy('a'))
    writeFileSync(join(folder, 'notes.txt'), 'no policy')
    writeFileSync(join(folder, 'deep/b.yaml'), policy('b'))
    assert.not.match((await netpolc(['compile', '-t', 'ir', folder])).out, /shop\/b/)
    const { code, out } = await netpolc(['compile', '-t', 'ir', '-R', folder])
    assert.is(code, 0)
    assert.match(out, /shop\/a/)
    assert.match(out, /shop\/b/)
  }))

test('reads a file once, however often it is named', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a.yaml')
    writeFileSync(path, policy('a'))
    symlinkSync(path, join(folder, 'link.yaml'))
    const { code, out } = await netpolc(['compile', '-t', 'ir', path, path, folder])
    assert.is(code, 0)
    assert.is(out.match(/policy shop\/a/g)?.length, 1)
  }))

test('-n names the namespace of policies that name none, and no other', async () => {
  const { out } = await netpolc(['compile', '-t', 'ir', '-n', 'team-a', '-'], policy('a', null))
  assert.match(out, /policy team-a\/a/)
  const kept = await netpolc(['compile', '-t', 'ir', '-n', 'team-a', '-'], policy('a'))
  assert.match(kept.out, /policy shop\/a/)
})

test('-v counts what was passed over, and never shows what a Secret holds', async () => {
  const { code, out, err } = await netpolc(
    ['compile', '-t', 'ir', '-v', '-'],
    `${policy('a')}---${secret}---${secret}`,
  )
  assert.is(code, 0)
  assert.match(err, /^passed over, no policies: 2 Secret$/m)
  assert.not.match(out + err, /hunter2/)
})

test('-o writes one file a policy and nothing else', () =>
  inFolder(async (folder) => {
    const target = join(folder, 'made/out')
    const input = `${policy('a')}---${policy('b')}`
    const { code, out, err } = await netpolc(['compile', '-t', 'calico', '-o', target, '-'], input)
    assert.equal([code, out, err], [0, '', provedLine])
    assert.equal(readdirSync(target), ['shop.a.yaml', 'shop.b.yaml'])
  }))

test('-o - is standard output', async () => {
  const { code, out } = await netpolc(['compile', '-t', 'ir', '-o', '-', '-'], policy('a'))
  assert.is(code, 0)
  assert.match(out, /policy shop\/a/)
})

test('several targets get a directory each', () =>
  inFolder(async (folder) => {
    const words = ['compile', '-t', 'calico,cilium', '-t', 'ir', '-o', folder, '-']
    const { code } = await netpolc(words, policy('a'))
    assert.is(code, 0)
    assert.equal(readdirSync(folder, { recursive: true }).map(String).sort(), [
      'calico',
      'calico/shop.a.yaml',
      'cilium',
      'cilium/shop.a.yaml',
      'ir',
      'ir/ir.txt',
    ])
  }))

test('a stream of several manifests is one that kubectl takes', async () => {
  const input = `${policy('a')}---${policy('b')}`
  const yaml = await netpolc(['compile', '-t', 'calico', '-'], input)
  assert.is(yaml.out.match(/^---$/gm)?.length, 1)
  const json = await netpolc(['compile', '-t', 'calico', '--format', 'json', '-'], policy('a'))
  assert.is(JSON.parse(json.out).kind, 'NetworkPolicy')
})

test('targets of different forms cannot share standard output', async () => {
  const { code, out, err } = await netpolc(['compile', '-t', 'calico,ir', '-'], policy('a'))
  assert.equal([code, out], [2, ''])
  assert.match(err, /NP6004/)
  assert.match(err, /give a directory with -o/)
})

test('the order of files changes no byte of the output', () =>
  inFolder(async (folder) => {
    const [a, b] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')]
    writeFileSync(a, policy('zz'))
    writeFileSync(b, policy('aa'))
    const one = await netpolc(['compile', '-t', 'cilium', a, b])
    const other = await netpolc(['compile', '-t', 'cilium', b, a])
    assert.is(one.out, other.out)
    assert.equal(
      [...one.out.matchAll(/^ {2}name: (\w+)$/gm)].map((match) => match[1]),
      ['aa', 'zz'],
    )
  }))

test('files of an earlier run are pointed out, and left alone', () =>
  inFolder(async (folder) => {
    const old = join(folder, 'shop.old.yaml')
    writeFileSync(old, 'old')
    const { code, err } = await netpolc(['compile', '-t', 'calico', '-o', folder, '-'], policy('a'))
    assert.is(code, 0)
    assert.match(err, /warning NP6007: .*shop\.old\.yaml/)
    assert.is(readFileSync(old, 'utf8'), 'old')
  }))

test('an older file is replaced', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'shop.a.yaml')
    writeFileSync(path, 'old')
    await netpolc(['compile', '-t', 'calico', '-o', folder, '-'], policy('a'))
    assert.match(readFileSync(path, 'utf8'), /kind: NetworkPolicy/)
  }))

test('messages come as JSON or SARIF where a program reads them', async () => {
  const broken = policy('a').replace('podSelector', 'podselector')
  const json = await netpolc(['compile', '-t', 'ir', '--diagnostics', 'json', '-'], broken)
  assert.is(json.code, 2)
  assert.match(json.err, /"NP2001"/)
  JSON.parse(json.err)
  const sarif = await netpolc(['compile', '-t', 'ir', '--diagnostics', 'sarif', '-'], broken)
  assert.is(JSON.parse(sarif.err).version, '2.1.0')
})

test('--version prints the version, --help every flag of every target', async () => {
  assert.equal(await netpolc(['--version']), { code: 0, out: '0.0.0-test\n', err: '' })
  const { code, out } = await netpolc(['compile', '--help'])
  assert.is(code, 0)
  for (const flag of ['--order', '--tier', '--calico-version', '--cilium-version', '--pod-cidr']) {
    assert.match(out, flag)
  }
})

test('an order that the user gives stands in the output', async () => {
  const { out } = await netpolc(['compile', '-t', 'calico', '--order', '42', '-'], policy('a'))
  assert.match(out, /^ {2}order: 42$/m)
})

test.run()
