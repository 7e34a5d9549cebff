// `netpolc migrate` as its user sees it: what it writes, what it says, how it ends.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inFolder, netpolc } from '../support/run.ts'

const test = suite('migrate')

const denied = `apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: no-metadata }
spec:
  order: 10
  types: [Egress]
  egress:
  - { action: Deny, destination: { nets: [169.254.169.254/32] } }
  - { action: Allow }
`
const clientPort = `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: old, namespace: shop }
spec:
  types: [Ingress]
  ingress:
  - { action: Allow, protocol: TCP, source: { ports: [1000] } }
`
const layered = `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - { action: Allow, protocol: TCP, source: { selector: app == 'api' }, destination: { ports: [80] } }
  - { action: Deny, protocol: TCP, source: { selector: tier == 'web' }, destination: { ports: ['1:90'] } }
  - { action: Allow, protocol: TCP, source: { selector: all() }, destination: { ports: ['1:99'] } }
`
const staged = denied.replace('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy')

/** Every file below a folder with its text. */
function filesBelow(folder: string): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true }).map(String).sort()
  const files = paths.filter((path) => statSync(join(folder, path)).isFile())
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

test('writes what to apply, the way back and the report, and the same again', () =>
  inFolder(async (folder) => {
    const [legacy, out] = [join(folder, 'legacy'), join(folder, 'out')]
    mkdirSync(legacy)
    writeFileSync(join(legacy, 'a.yaml'), denied)
    const words = ['migrate', legacy, '--target', 'cilium', '-o', out]
    const first = await netpolc(words)
    assert.is(first.code, 0, first.err)
    assert.is(first.out, '')
    assert.match(first.err, /proved equal to its source, for every pod that could exist/)
    const files = filesBelow(out)
    assert.equal(Object.keys(files), [
      'apply/001-no-metadata.yaml',
      'report.json',
      'report.md',
      'rollback/a.yaml',
    ])
    assert.is(files['rollback/a.yaml'], denied)
    assert.match(files['apply/001-no-metadata.yaml'] ?? '', /egressDeny/)
    const report = JSON.parse(files['report.json'] ?? '')
    assert.is(report.outcome, 'exact')
    assert.equal(report.objects[0].outputs, ['apply/001-no-metadata.yaml'])
    const second = await netpolc(words)
    assert.is(second.code, 0)
    assert.equal(filesBelow(out), files)
  }))

test('prints the report alone with --dry-run', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a.yaml')
    writeFileSync(path, denied)
    const text = await netpolc(['migrate', path, '-t', 'calico', '--dry-run'])
    assert.is(text.code, 0)
    assert.match(text.out, /^# Migration to calico\n/)
    const json = await netpolc(['migrate', path, '-t', 'calico', '--dry-run', '--report', 'json'])
    assert.is(JSON.parse(json.out).target, 'calico')
    assert.equal(readdirSync(folder), ['a.yaml'])
  }))

test('what would differ is told with a flow, and nothing is written', () =>
  inFolder(async (folder) => {
    const [path, out] = [join(folder, 'a.yaml'), join(folder, 'out')]
    writeFileSync(path, clientPort)
    const { code, err } = await netpolc(['migrate', path, '-t', 'cilium', '-o', out])
    assert.is(code, 1)
    assert.match(err, /error NP5002: the output is narrower than its source: .*if source port 1000/)
    assert.not.ok(existsSync(out))
  }))

test('a difference that is accepted is a warning', () =>
  inFolder(async (folder) => {
    const [path, out] = [join(folder, 'a.yaml'), join(folder, 'out')]
    writeFileSync(path, clientPort)
    const words = ['migrate', path, '-t', 'cilium', '-o', out]
    assert.is((await netpolc([...words, '--fidelity', 'wider'])).code, 1)
    const { code, err } = await netpolc([...words, '--fidelity', 'narrower'])
    assert.is(code, 0)
    assert.match(err, /warning NP5002/)
    assert.match(readFileSync(join(out, 'report.md'), 'utf8'), /\*\*narrower\*\*/)
  }))

test('what nothing enforces is in the report, and nowhere else', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a.yaml')
    writeFileSync(path, `${denied}---\n${staged}`)
    const { code, out } = await netpolc(['migrate', path, '-t', 'cilium', '--dry-run'])
    assert.is(code, 0)
    assert.match(out, /StagedGlobalNetworkPolicy no-metadata .* not enforced by anything/)
  }))

test('a snapshot lets policies of the cluster be written for its namespaces', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a.yaml')
    writeFileSync(path, denied)
    const words = ['migrate', path, '-t', 'kubernetes', '--dry-run']
    const without = await netpolc(words)
    assert.is(without.code, 1)
    assert.match(without.err, /kubernetes cannot express a policy of the whole cluster/)
    assert.match(without.err, /with --cluster it is written for each namespace/)
    const cluster = ['--cluster', 'golden/clusters/shop.yaml']
    const pods = ['--pod-cidr', '10.244.0.0/16,fd00:244::/32']
    const given = await netpolc([...words, ...cluster, ...pods])
    assert.is(given.code, 0, given.err)
    assert.match(given.out, /apply\/006-staging\.no-metadata\.yaml/)
  }))

test('a policy that would grow beyond --max-rules is refused, with the reason', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a.yaml')
    writeFileSync(path, layered)
    const words = ['migrate', path, '-t', 'cilium', '--dry-run', '--max-rules', '2']
    const { code, out, err } = await netpolc(words)
    assert.is(code, 1)
    assert.is(out, '')
    assert.match(err, /error NP5012: policy "db" has 3 rules, and would have 4, more than 2: rules/)
  }))

test('a host endpoint is refused with what to do, and left out where wider is accepted', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a.yaml')
    const host = 'apiVersion: projectcalico.org/v3\nkind: HostEndpoint\nmetadata: { name: eth0 }\n'
    writeFileSync(path, `${denied}---\n${host}`)
    const words = ['migrate', path, '-t', 'cilium', '--dry-run']
    const refused = await netpolc(words)
    assert.is(refused.code, 1)
    assert.match(refused.err, /error NP2024: the host endpoint is not carried/)
    assert.match(refused.out, /HostEndpoint eth0 .* \*\*not carried\*\*/)
    assert.is((await netpolc([...words, '--fidelity', 'wider'])).code, 0)
  }))

test('what the target would refuse is not written, whatever is accepted', () =>
  inFolder(async (folder) => {
    const [path, out] = [join(folder, 'a.yaml'), join(folder, 'out')]
    const values = Array.from({ length: 300 }, (_, at) => `'value-${at}'`).join(', ')
    writeFileSync(path, denied.replace('order: 10', `selector: app not in { ${values} }`))
    const words = ['migrate', path, '-t', 'calico', '-o', out, '--fidelity', 'any']
    const { code, err } = await netpolc(words)
    assert.is(code, 1)
    assert.match(err, /error NP5014: .* characters in Calico's form, and Calico takes 1024/)
    assert.not.ok(existsSync(out))
    assert.is((await netpolc([...words, '--calico-version', '3.31'])).code, 0)
  }))

const misused: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no target', ['--dry-run'], /NP6005: no target is named/],
  ['a target that speaks in addresses', ['-t', 'iptables', '--dry-run'], /NP6005.*iptables/],
  ['no place to write to', ['-t', 'cilium'], /NP6004: there is no place to write to/],
  ['a limit that is none', ['-t', 'cilium', '--dry-run', '--max-rules', '0'], /NP6004.*max-rules/],
  ['an option of another target', ['-t', 'cilium', '--dry-run', '--tier', 'x'], /NP6004/],
]

for (const [what, words, expected] of misused) {
  test(`${what} is an error`, () =>
    inFolder(async (folder) => {
      const path = join(folder, 'a.yaml')
      writeFileSync(path, denied)
      const { code, out, err } = await netpolc(['migrate', path, ...words])
      assert.is(code, 2)
      assert.is(out, '')
      assert.match(err, expected)
    }))
}

test('nothing to migrate is an error', async () => {
  const { code, err } = await netpolc(['migrate', '-t', 'cilium', '--dry-run'])
  assert.is(code, 2)
  assert.match(err, /NP6006/)
})

test('bad input is reported, all of it, and nothing is written', () =>
  inFolder(async (folder) => {
    const [path, out] = [join(folder, 'a.yaml'), join(folder, 'out')]
    writeFileSync(path, `${denied.replace('Deny', 'Denny')}---\n${denied.replace('order', 'ordr')}`)
    const { code, err } = await netpolc(['migrate', path, '-t', 'cilium', '-o', out])
    assert.is(code, 2)
    assert.match(err, /did you mean "Deny"/)
    assert.match(err, /unknown key "ordr"/)
    assert.not.ok(existsSync(out))
  }))

test.run()
