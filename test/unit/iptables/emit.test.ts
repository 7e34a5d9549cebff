// What a node is given: each pitfall of rules by address, on a cluster of four pods.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CompileResult, compile } from '../../../src/compile.ts'
import { renderText } from '../../../src/diagnostics/render.ts'
import { makeSource } from '../../../src/source/source.ts'

const test = suite('iptables')

const pod = (
  name: string,
  node: string,
  ips: readonly string[],
  ports: readonly object[] = [],
): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app: name } },
  spec: { nodeName: node, containers: [{ name: 'c', ports }] },
  status: { phase: 'Running', podIPs: ips.map((ip) => ({ ip })) },
})
const base = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  ...['n1', 'n2'].map((name, at) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { addresses: [{ type: 'InternalIP', address: `172.16.0.${at + 1}` }] },
  })),
]
const web = (port: number): readonly object[] => [{ name: 'http', containerPort: port }]
const pods = [
  pod('a', 'n1', ['10.0.0.1', 'fd00::1'], web(8080)),
  pod('b', 'n1', ['10.0.0.2'], web(9090)),
  pod('c', 'n2', ['10.0.0.3', 'fd00::3'], web(80)),
  pod('d', 'n2', ['fd00::4']),
]

function run(
  spec: string,
  items: readonly object[] = pods,
  node: string | null = 'n1',
  icmp = 'policy',
): CompileResult {
  const policy = `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: p, namespace: shop }\nspec:\n${spec.replace(/^/gm, '  ')}\n`
  const list = { apiVersion: 'v1', kind: 'List', items: [...base, ...items] }
  return compile({
    sources: [makeSource('p.yaml', policy)],
    targets: ['iptables'],
    snapshot: [makeSource('snapshot.json', JSON.stringify(list))],
    options: { icmp: [icmp] },
    node,
  })
}

/** The lines of one file that are rules, sets or elements. */
function lines(file: string, ...request: Parameters<typeof run>): readonly string[] {
  const { outputs, diagnostics } = run(...request)
  const text = outputs[0]?.files.find(({ path }) => path.endsWith(file))?.text
  if (text === undefined) throw new Error(renderText(diagnostics))
  return text.split('\n').filter((line) => /^(-A|-I|create|add)/.test(line))
}

/** Rules of profiles, without chain and comment. */
const profile = (...request: Parameters<typeof run>): readonly string[] =>
  lines('/iptables.rules', ...request)
    .filter((line) => /^-A NP-[EI]-/.test(line))
    .map((line) => line.replace(/^-A \S+ /, '').replace(/-m comment --comment "[^"]*" /, ''))

const ingress = (rule: string): string =>
  `podSelector: { matchLabels: { app: a } }\ningress:\n- ${rule}`
const setsOf = (...request: Parameters<typeof run>): readonly string[] =>
  lines('/ipset.rules', ...request).map((line) => line.replace(/np([46])-\w+/, 'np$1'))

test('rules and scripts for a node, and all nodes unless one is named', () => {
  const paths = (node: string | null): readonly string[] =>
    (run(ingress('{}'), pods, node).outputs[0]?.files ?? []).map(({ path }) => path)
  assert.equal(
    paths('n2'),
    ['ipset.rules', 'iptables.rules', 'ip6tables.rules', 'apply.sh', 'check.sh', 'remove.sh'].map(
      (name) => `n2/${name}`,
    ),
  )
  assert.is(paths(null).length, 12)
})

test('a node that is not there is an error', () => {
  assert.match(
    renderText(run(ingress('{}'), pods, 'n9').diagnostics),
    /NP4006: .*"n9".*\n {2}help: nodes of the snapshot: n1, n2/,
  )
})

test('a snapshot without nodes is an error: there is nobody to write rules for', () => {
  const snapshot = '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}'
  const policy =
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: p, namespace: shop }\nspec: { podSelector: {} }\n'
  const { outputs, diagnostics } = compile({
    sources: [makeSource('p.yaml', policy)],
    targets: ['iptables'],
    snapshot: [makeSource('s.json', snapshot)],
  })
  assert.equal([outputs, diagnostics.map(({ code }) => code)], [[], ['NP4005']])
})

test('an isolated pod without rules still gets its drop', () => {
  assert.equal(profile('podSelector: {}'), ['-j DROP'])
})

test('a direction that nobody governs has no chain', () => {
  assert.ok(!lines('/iptables.rules', 'podSelector: {}').some((line) => line.includes('NP-EGRESS')))
})

test('a node without governed pods gets files with nothing but their version', () => {
  const { outputs } = run(ingress('{}'), pods, 'n2')
  const text = outputs[0]?.files.find(({ path }) => path === 'n2/iptables.rules')?.text ?? ''
  assert.match(text, /\*security\n:NP-V-\w{16} - \[0:0\]\nCOMMIT\n$/)
})

test('allowed is RETURN, never ACCEPT: the other side still has its say', () => {
  const rules = lines(
    '/iptables.rules',
    'podSelector: {}\npolicyTypes: [Ingress, Egress]\ningress: [{ ports: [{}] }]\negress: [{ ports: [{}] }]',
  )
  assert.ok(!rules.some((line) => line.includes('-j ACCEPT')))
  assert.equal(
    rules.filter((line) => line.startsWith('-A NP-FORWARD -j')),
    ['-A NP-FORWARD -j NP-EGRESS', '-A NP-FORWARD -j NP-INGRESS'],
  )
})

test('what is allowed altogether needs no rules', () => {
  const rules = lines('/iptables.rules', 'podSelector: {}\ningress: [{}]')
  assert.ok(!rules.some((line) => line.startsWith('-A')))
})

test('one address is a plain match, several are a set, everybody is none', () => {
  assert.equal(
    profile(ingress('from: [{ podSelector: { matchLabels: { app: b } } }]'))[0],
    '-s 10.0.0.2/32 -j RETURN',
  )
  assert.equal(
    profile(ingress('{ from: [{ ipBlock: { cidr: 0.0.0.0/0 } }], ports: [{}] }'))[0],
    '-p tcp -j RETURN',
  )
  assert.match(
    profile(ingress('from: [{ podSelector: {} }]'))[0] ?? '',
    /^-m set --match-set np4-\w+ src -j RETURN$/,
  )
})

test('a peer of nobody, or of the other family only, leaves no rule', () => {
  assert.equal(profile(ingress('from: [{ podSelector: { matchLabels: { app: x } } }]')), [
    '-j DROP',
  ])
  assert.equal(profile(ingress('from: [{ podSelector: { matchLabels: { app: d } } }]')), [
    '-j DROP',
  ])
  assert.equal(profile(ingress('from: [{ ipBlock: { cidr: "::/0" } }]')), ['-j DROP'])
})

test('exceptions are taken out of their own block only, without nomatch', () => {
  const two =
    'from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }, { ipBlock: { cidr: 10.1.2.0/24 } }]'
  const sets = setsOf(ingress(two))
  assert.ok(sets.includes('add np4 10.1.2.0/24 -exist'))
  assert.ok(sets.includes('add np4 10.0.0.0/16 -exist'))
  assert.ok(!sets.some((line) => line.includes('10.0.0.0/8') || line.includes('nomatch')))
})

test('/0 minus something is no /0, which ipset refuses', () => {
  const sets = setsOf(ingress('from: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8] } }]'))
  assert.is(sets.filter((line) => line.startsWith('add')).length, 8)
  assert.ok(!sets.some((line) => line.includes('/0 ')))
})

test('names are the numbers of each destination', () => {
  const sets = setsOf('podSelector: {}\ningress: [{ ports: [{ port: http }] }]')
  assert.equal(
    sets.filter((line) => line.startsWith('add np4')),
    ['add np4 10.0.0.1,tcp:8080 -exist', 'add np4 10.0.0.2,tcp:9090 -exist'],
  )
  assert.match(
    profile(ingress('ports: [{ port: http }]'))[0] ?? '',
    /^-p tcp -m set --match-set np4-\w+ dst,dst -j RETURN$/,
  )
  assert.equal(profile(ingress('ports: [{ port: nobody }]')), ['-j DROP'])
})

test('egress names are those of the peers', () => {
  const spec =
    'podSelector: {}\npolicyTypes: [Egress]\negress: [{ to: [{ podSelector: { matchLabels: { app: c } } }], ports: [{ port: http }] }]'
  assert.equal(
    setsOf(spec).filter((line) => line.startsWith('add np4')),
    ['add np4 10.0.0.3,tcp:80 -exist'],
  )
})

test('ports: a single one, a range, many in lots of fifteen places', () => {
  assert.is(profile(ingress('ports: [{ port: 80 }]'))[0], '-p tcp -m tcp --dport 80 -j RETURN')
  assert.is(
    profile(ingress('ports: [{ port: 80, endPort: 90, protocol: UDP }]'))[0],
    '-p udp -m udp --dport 80:90 -j RETURN',
  )
  assert.is(profile(ingress('ports: [{ protocol: SCTP }]'))[0], '-p sctp -j RETURN')
  const many = [
    '{ port: 1, endPort: 5 }',
    ...Array.from({ length: 14 }, (_, at) => `{ port: ${10 + 2 * at} }`),
  ].join(', ')
  assert.equal(
    profile(ingress(`ports: [${many}]`)).map(
      (line) => (/--dports? (\S+)/.exec(line)?.[1] ?? '').split(',').length,
    ),
    [14, 1, 1],
  )
})

test('pods with the same policies share a profile', () => {
  const chains = new Set(
    lines('/iptables.rules', 'podSelector: {}').flatMap(
      (line) => / -g (NP-I-\S+)/.exec(line)?.[1] ?? [],
    ),
  )
  assert.is(chains.size, 1)
})

test('many pods are found through a tree, each address once', () => {
  const crowd = Array.from({ length: 200 }, (_, at) =>
    pod(`p${at}`, 'n1', [`10.${at % 3}.${at >> 4}.${at % 16}`]),
  )
  const rules = lines('/iptables.rules', 'podSelector: {}', crowd)
  const found = rules.flatMap(
    (line) => /^-A NP-(?:DI-\S+|INGRESS) -d (\S+) .*-g NP-I-/.exec(line)?.[1] ?? [],
  )
  assert.is(new Set(found).size, 200)
  assert.is(found.length, 200)
  const perChain = new Map<string, number>()
  for (const line of rules.filter((one) => /^-A NP-(DI|INGRESS)/.test(one))) {
    const [, chain = ''] = line.split(' ')
    perChain.set(chain, (perChain.get(chain) ?? 0) + 1)
  }
  assert.ok(Math.max(...perChain.values()) <= 33, `${Math.max(...perChain.values())}`)
})

test('a pod reaches itself and its own node, whatever the policies', () => {
  const rules = lines('/iptables.rules', ingress('ports: [{}]'))
  assert.equal(
    rules.filter((line) => line.startsWith('-I')),
    ['-I FORWARD 1 -j NP-FORWARD', '-I OUTPUT 1 -j NP-OUTPUT'],
  )
  assert.equal(
    rules
      .filter((line) => line.startsWith('-A NP-OUTPUT'))
      .map((line) => line.replace(/-m comment --comment "[^"]*" /, '')),
    [
      '-A NP-OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN',
      '-A NP-OUTPUT -m addrtype ! --src-type LOCAL -g NP-FORWARD',
    ],
  )
  const [lead = ''] = rules.filter((line) => line.startsWith('-A NP-INGRESS'))
  assert.match(
    lead,
    /^-A NP-INGRESS -d 10\.0\.0\.1 ! -s 10\.0\.0\.1 -m comment --comment "shop\/a" -g NP-I-/,
  )
})

test('essential ICMP passes unless policies are to decide', () => {
  const count = (icmp: string): number =>
    lines('/ip6tables.rules', ingress('ports: [{}]'), pods, 'n1', icmp).filter((line) =>
      line.includes('icmpv6-type'),
    ).length
  assert.equal([count('policy'), count('essential')], [0, 6])
})

test('comments tell policy, file, line and path', () => {
  const rules = lines('/iptables.rules', ingress('ports: [{ port: 80 }]'))
  assert.ok(rules.some((line) => line.includes('--comment "shop/p p.yaml:7 ingress[0]" -j RETURN')))
})

test('the same input gives the same bytes, in whatever order the snapshot is', () => {
  const files = (items: readonly object[]): unknown =>
    run('podSelector: {}\ningress: [{ from: [{ podSelector: {} }] }]', items, null).outputs
  assert.equal(files(pods), files([...pods].reverse()))
})

test.run()
