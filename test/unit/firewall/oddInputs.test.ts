// Inputs that nobody writes on purpose: each compiles to firewalls that are proved, or is refused with a reason.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CompileResult, compile } from '../../../src/compile.ts'
import { renderText } from '../../../src/diagnostics/render.ts'
import { makeSource } from '../../../src/source/source.ts'
import { calico, kubernetes, snapshot } from './building.ts'

const test = suite('odd inputs of firewalls')

const firewalls = ['iptables', 'nftables']
const run = (policies: string, cluster: string = snapshot.text, file = 'p.yaml'): CompileResult =>
  compile({
    sources: [makeSource(file, policies)],
    targets: firewalls,
    snapshot: [makeSource('cluster.json', cluster)],
  })

/** Both are proved; all text that was written for nodes. */
function proved(...request: Parameters<typeof run>): string {
  const { outputs, proofs, diagnostics } = run(...request)
  assert.equal(
    proofs.map(({ answer }) => answer),
    ['equal', 'equal'],
    renderText(diagnostics),
  )
  return outputs
    .flatMap(({ files }) => files)
    .filter(({ isScript }) => !isScript)
    .map(({ text }) => text)
    .join('')
}
const refused = (...request: Parameters<typeof run>): readonly string[] => [
  ...new Set(
    run(...request).diagnostics.flatMap(({ code, severity }) => (severity === 'error' ? code : [])),
  ),
]

const isolated = kubernetes('p', '{ podSelector: {} }')
const withAddress = (address: string): string =>
  snapshot.text.replace('{"ip":"10.0.0.2"}', `{"ip":"10.0.0.2"},{"ip":"${address}"}`)

test('an address that no packet of a pod can have is refused, and any other proved', () => {
  const never = ['0.0.0.0', '255.255.255.255', '127.0.0.1', '::', 'ff02::1', '::ffff:1.2.3.4']
  for (const address of never) assert.equal(refused(isolated, withAddress(address)), ['NP4005'])
  proved(isolated, withAddress('fe80::1'))
})

test('an address that is no address, or somebody else has, is refused', () => {
  assert.equal(refused(isolated, withAddress('10.0.0.01')), ['NP4005'])
  assert.equal(refused(isolated, withAddress('fe80::1%eth0')), ['NP4005'])
  assert.equal(refused(isolated, withAddress('10.0.0.1')), ['NP4002'])
  assert.equal(refused(isolated, withAddress('172.16.0.1')), ['NP4002'])
})

test('the same address twice is one', () => {
  assert.is(proved(isolated, withAddress('10.0.0.2')), proved(isolated))
})

test('a node without addresses is governed like any other', () => {
  const bare = snapshot.text.replace(/"status":\{"addresses":\[[^\]]*\]\}/, '"status":{}')
  assert.not.equal(bare, snapshot.text)
  proved(isolated, bare)
})

test('a node name that would leave its folder is refused', () => {
  const evil = snapshot.text.replaceAll('"n1"', '"../../n1"')
  assert.equal(refused(isolated, evil), ['NP5006'])
})

test('a file name cannot break out of comments, whatever is in it', () => {
  const name = 'p"\'$(x)`\\ü\u202e\n; drop # }.yaml'
  const text = proved(
    kubernetes('p', '{ podSelector: {}, ingress: [{ ports: [{ port: 1 }] }] }'),
    snapshot.text,
    name,
  )
  assert.not.match(text, /^; drop/m)
})

test('all addresses with exceptions: the first and the last, and all', () => {
  const of = (block: string): string =>
    kubernetes('p', `{ podSelector: {}, ingress: [{ from: [{ ipBlock: ${block} }] }] }`)
  proved(of('{ cidr: 0.0.0.0/0, except: [0.0.0.0/32, 255.255.255.255/32] }'))
  proved(of('{ cidr: 0.0.0.0/0, except: [0.0.0.0/1, 128.0.0.0/1] }'))
  proved(of('{ cidr: "::/0", except: ["::/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"] }'))
})

test('thousands of ports are few rules, and each is in one', () => {
  const ports = Array.from({ length: 3000 }, (_, at) => `{ port: ${5 * at + 1} }`).join()
  const { outputs } = run(kubernetes('p', `{ podSelector: {}, ingress: [{ ports: [${ports}] }] }`))
  const rules = outputs[0]?.files.find(({ path }) => path === 'n1/iptables.rules')?.text ?? ''
  const listed = [...rules.matchAll(/--dports (\S+)/g)].flatMap(([, list = '']) => list.split(','))
  assert.equal([listed.length, new Set(listed).size], [3000, 3000])
})

test('two kinds with one name are two policies', () => {
  const both = `${isolated}${calico('p', '{ selector: all(), ingress: [{ action: Log }] }')}`
  assert.match(proved(both), /netpolc p: /)
})

test('a namespace without pods is no fault, one that is missing is told', () => {
  const empty = snapshot.text.replace(
    '"items":[',
    '"items":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"empty"}},',
  )
  const of = (namespace: string): string => isolated.replace('"shop"', `"${namespace}"`)
  assert.equal(run(of('empty'), empty).diagnostics, [])
  assert.equal(
    [...new Set(run(of('missing')).diagnostics.map(({ code, severity }) => `${severity} ${code}`))],
    ['warning NP4003'],
  )
})

test('names of 253 characters are cut, at both ends of what matters', () => {
  const name = 'l'.repeat(253)
  const text = proved(kubernetes(name, '{ podSelector: {}, ingress: [{ ports: [{ port: 1 }] }] }'))
  assert.match(text, /"shop\/l+\.\.\.l+ p\.yaml:1 ingress\[0\]"/)
})

test.run()
