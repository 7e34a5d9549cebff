// Emitters are damaged in many ways, each on its own, as a slip of theirs would; the proof must find
// every one. What is damaged is the emitted text: a text is all that an emitter leaves behind.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CompileResult, compile } from '../../src/compile.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { readOptions } from '../../src/emit/options.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import { verifyOutput } from '../../src/proof/verify.ts'
import { makeSource } from '../../src/source/source.ts'
import { targets } from '../../targets/index.ts'

const test = suite('damaged emitters')

const policies = makeSource(
  'policies.yaml',
  `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  podSelector:
    matchLabels: { app: db }
    matchExpressions:
    - { key: tier, operator: NotIn, values: [test, demo] }
    - { key: old, operator: DoesNotExist }
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector:
        matchExpressions:
        - { key: app, operator: In, values: [web, api] }
        - { key: role, operator: Exists }
    - namespaceSelector:
        matchLabels: { env: prod }
        matchExpressions:
        - { key: team, operator: NotIn, values: [guests] }
    ports:
    - { port: 5432 }
    - { port: 6000, endPort: 6010 }
    - { port: metrics }
    - { protocol: UDP, port: 53 }
  - from:
    - ipBlock: { cidr: 192.0.2.0/24, except: [192.0.2.128/25] }
    - ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] }
    ports:
    - { protocol: SCTP, port: 7000 }
  egress:
  - to:
    - ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8] }
    - ipBlock: { cidr: ::/0 }
    ports:
    - { port: 443 }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress, Egress]
  egress:
  - to:
    - namespaceSelector: {}
`,
)

const snapshot = makeSource(
  'snapshot.yaml',
  `apiVersion: v1
kind: List
items:
- { apiVersion: v1, kind: Namespace, metadata: { name: shop, labels: { env: test } } }
- { apiVersion: v1, kind: Namespace, metadata: { name: prod, labels: { env: prod, team: core } } }
- { apiVersion: v1, kind: Namespace, metadata: { name: open, labels: { env: prod, team: guests } } }
- apiVersion: v1
  kind: Node
  metadata: { name: n1 }
  status: { addresses: [{ type: InternalIP, address: 172.16.0.1 }, { type: InternalIP, address: 'fd01::1' }] }
${[
  ['shop', 'db-0', 'app: db', 2],
  ['shop', 'web-0', 'app: web, role: front', 3],
  ['shop', 'web-1', 'app: web', 4],
  ['prod', 'job-0', 'app: job', 5],
  ['open', 'job-0', 'app: job', 6],
]
  .map(
    ([namespace, name, labels, last]) => `- apiVersion: v1
  kind: Pod
  metadata: { name: ${name}, namespace: ${namespace}, labels: { ${labels} } }
  spec: { nodeName: n1, containers: [{ name: c, ports: [{ name: metrics, containerPort: 9100 }] }] }
  status: { phase: Running, podIPs: [{ ip: 10.0.0.${last} }, { ip: 'fd00::${last}' }] }
`,
  )
  .join('')}`,
)

/** A slip: what a text becomes by it, at the first place where it can happen. */
type Damage = readonly [slip: string, from: string | RegExp, to: string]

const calico: readonly Damage[] = [
  ['loses exceptions of a block', /\n *notNets:\n *- 192.0.2.128\/25/, ''],
  ['widens an exception', '192.0.2.128/25', '192.0.2.128/26'],
  ['forgets IPv6', '2001:db8::/32', '2001:db8::/33'],
  ['takes "not in" for "in"', 'not in {', 'in {'],
  ['takes "in" for "not in"', "app in { 'api', 'web' }", "app not in { 'api', 'web' }"],
  ['loses a value of a set', "{ 'api', 'web' }", "{ 'api' }"],
  ['takes "has" for its opposite', '!has(old)', 'has(old)'],
  ['loses a test of the subject', ' && !has(old)', ''],
  ['loses a test of a peer', ' && has(role)', ''],
  ['reads absent labels as unequal', "env == 'prod'", "env != 'prod'"],
  ['loses the namespaces of a peer', /\n *namespaceSelector: [^\n]*env[^\n]*/, ''],
  ['one port too many at the end of a range', '6000:6010', '6000:6011'],
  ['one port too few', '6000:6010', '6001:6010'],
  ['another port', '- 5432', '- 5433'],
  ['loses the name of a port', /\n *- metrics/, ''],
  ['takes UDP for TCP', 'protocol: UDP', 'protocol: TCP'],
  ['takes SCTP for UDP', 'protocol: SCTP', 'protocol: UDP'],
  ['denies', 'action: Allow', 'action: Deny'],
  ['only logs', 'action: Allow', 'action: Log'],
  ['loses a direction', /\n *- Egress/, ''],
  ['loses a namespace', 'namespace: shop', 'namespace: prod'],
  ['selects network sets and more', /\n *source:\n *selector: [^\n]*/, ''],
  [
    'all pods of all namespaces become those of one',
    'namespaceSelector: all()',
    "namespaceSelector: projectcalico.org/name == 'shop'",
  ],
  ['swaps the ends of a rule', 'source:', 'destination:'],
]

const cilium: readonly Damage[] = [
  ['loses exceptions of a block', /\n *except:\n *- 192.0.2.128\/25/, ''],
  ['forgets IPv6', /cidr: "?::\/0"?/, 'cidr: "::/1"'],
  ['takes NotIn for In', 'operator: NotIn', 'operator: In'],
  ['takes DoesNotExist for Exists', 'operator: DoesNotExist', 'operator: Exists'],
  ['takes Exists for its opposite', 'operator: Exists', 'operator: DoesNotExist'],
  ['loses a value of a set', /\n *- demo(?=\n)/, ''],
  ['one port too many at the end of a range', 'endPort: 6010', 'endPort: 6011'],
  ['loses the end of a range', /\n *endPort: 6010/, ''],
  ['leaves the protocol out, which means any', /\n *protocol: TCP/, ''],
  ['takes UDP for TCP', 'protocol: UDP', 'protocol: TCP'],
  ['another port', 'port: "5432"', 'port: "5433"'],
  ['all ports', 'port: "5432"', 'port: "0"'],
  ['does not isolate', 'ingress: true', 'ingress: false'],
  ['isolates what was open', 'egress: true', 'egress: false'],
  ['everybody', /fromEntities:\n( *)- none/, 'fromEntities:\n$1- all'],
  ['denies what it allows', 'egress:\n', 'egressDeny:\n'],
  ['loses the label of a namespace', 'io.cilium.k8s.namespace.labels.env', 'env'],
  ['loses a namespace', 'namespace: shop', 'namespace: prod'],
]

const iptables: readonly Damage[] = [
  ['loses an exception', 'add np4', '# add np4'],
  ['sends what it should drop on', '-j DROP', '-j RETURN'],
  ['drops what it should send on', /(?<=ingress\[0\][^\n]*)-j RETURN/, '-j DROP'],
  ['one port too many at the end of a range', '6000:6010', '6000:6011'],
  ['another port', /--dports? 5432|5432,/, '--dport 5433'],
  ['takes udp for tcp', '-p udp -m udp', '-p tcp -m tcp'],
  ['takes the source for the destination', / src(?= )/, ' dst'],
  ['forgets replies', '--ctstate RELATED,ESTABLISHED', '--ctstate NEW'],
  ['does not come to the rules', '-A NP-FORWARD -j NP-INGRESS', ''],
  ['forgets one direction', '-A NP-FORWARD -j NP-EGRESS', ''],
  ['takes another pod', '-d 10.0.0.2 ', '-d 10.0.0.4 '],
  ['takes the node for a forwarder', '! --src-type LOCAL', '--src-type LOCAL'],
  ['forgets what IPVS forwards', /-A NP-OUTPUT -m addrtype[^\n]*\n/, ''],
  ['forgets a hook', '-I FORWARD 1 -j NP-FORWARD', ''],
  ['takes a pod to itself for another', /! -([sd]) 10\.0\.0\.2/, '-$1 10.0.0.2'],
  ['accepts early', '-A NP-FORWARD -j NP-EGRESS', '-A NP-FORWARD -j ACCEPT'],
  ['lets more ICMP through', '--icmp-type 3/4', '--icmp-type 3'],
  ['turns a match around', '-m set --match-set', '-m set ! --match-set'],
]

const nftables: readonly Damage[] = [
  ['loses an element', /\n\t\t\t192\.0\.2\.0[^\n]*/, ''],
  ['widens a block', '192.0.2.0/25', '192.0.2.0/24'],
  ['sends what it should drop on', '\t\tdrop', '\t\treturn'],
  ['lets on whom it should refuse', /goto refuse4[^\n]*/, 'return'],
  ['one port too many at the end of a range', '6000-6010', '6000-6011'],
  ['another port', 'tcp . 5432', 'tcp . 5433'],
  ['takes UDP for TCP', 'udp . 53', 'tcp . 53'],
  ['takes the source for the destination', 'ip saddr . meta', 'ip daddr . meta'],
  ['forgets to look a direction up', /\n\t\tip saddr vmap @egress4/, ''],
  ['looks the wrong end up', 'ip daddr vmap @ingress4', 'ip saddr vmap @ingress4'],
  ['takes another pod', '10.0.0.2 comment "shop/db-0"', '10.0.0.4 comment "shop/db-0"'],
  ['forgets IPv6', /\n\t\tip6 daddr vmap @ingress6/, ''],
  ['takes the node for a forwarder', 'fib saddr type != local', 'fib saddr type local'],
  ['accepts early', 'ct state established,related accept', 'accept'],
  ['forgets that a pod reaches itself', /\n\t\tip saddr \. ip daddr @itself4 return/, ''],
  ['lets more ICMP through', 'icmp type 3 icmp code 4 return', 'icmp type 3 return'],
]

const everyDamage: readonly (readonly [string, readonly Damage[]])[] = [
  ['calico', calico],
  ['cilium', cilium],
  ['iptables', iptables],
  ['nftables', nftables],
]

const whole = compile({
  sources: [policies],
  snapshot: [snapshot],
  targets: everyDamage.map(([name]) => name),
})

test('undamaged, every output is proved equal', () => {
  assert.is(renderText(whole.diagnostics.filter(({ severity }) => severity === 'error')), '')
  assert.equal(
    whole.proofs.map(({ target, answer }) => `${target} ${answer}`),
    everyDamage.map(([name]) => `${name} equal`),
  )
})

for (const [name, damages] of everyDamage) {
  for (const [slip, from, to] of damages) {
    test(`${name}: ${slip}`, () => {
      const files = damaged(filesOf(whole, name), from, to)
      const { answer, complaints } = proofOf(name, files)
      assert.ok(answer !== 'equal' && complaints.length > 0, `${answer}\n${complaints.join('\n')}`)
    })
  }
}

test('there are forty of them at least', () => {
  assert.ok(everyDamage.flatMap(([, damages]) => damages).length >= 40)
})

test.run()

function filesOf({ outputs }: CompileResult, name: string): readonly OutputFile[] {
  return outputs.find(({ target }) => target === name)?.files ?? []
}

/** The first file that the slip can happen in, with it; throws where there is none. */
function damaged(
  files: readonly OutputFile[],
  from: string | RegExp,
  to: string,
): readonly OutputFile[] {
  const at = files.findIndex(({ text }) => text.replace(from, to) !== text)
  if (at < 0) throw new Error(`no file holds ${String(from)}`)
  return files.map((file, index) =>
    index === at ? { ...file, text: file.text.replace(from, to) } : file,
  )
}

function proofOf(
  name: string,
  files: readonly OutputFile[],
): { readonly answer: string; readonly complaints: readonly string[] } {
  const target = targets.find((one) => one.name === name)
  const { set, cluster } = whole
  if (target === undefined || set === null) throw new Error(name)
  const reporter = makeReporter()
  const options = readOptions({}, [target], targets, reporter)
  const { answer } = verifyOutput(set, target, files, new Set(), {
    options,
    cluster,
    node: null,
    fidelity: 'exact',
    format: 'yaml',
    reporter,
  })
  return {
    answer,
    complaints: reporter.diagnostics.map(({ code, message }) => `${code} ${message}`),
  }
}
