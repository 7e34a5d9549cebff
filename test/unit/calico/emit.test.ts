// What Calico is given for each construct, version and awkward name.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { compile } from '../../../src/compile.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../../src/diagnostics/render.ts'
import { readOptions } from '../../../src/emit/options.ts'
import type { OutputFile } from '../../../src/emit/target.ts'
import { isIn, podsOfNamespace } from '../../../src/ir/selector.ts'
import type { Policy, PolicySet } from '../../../src/ir/types.ts'
import { makeSource } from '../../../src/source/source.ts'
import { calico } from '../../../targets/calico/index.ts'
import { rejectionsOfCalico } from '../../judges/calicoValidator.ts'

const test = suite('calico')

const policy = (spec: string, name = 'db'): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec:
${spec.replace(/^/gm, '  ')}
`

function emitAll(text: string, options: Record<string, string> = {}): readonly OutputFile[] {
  const { outputs, diagnostics } = compile({
    sources: [makeSource('in.yaml', text)],
    targets: ['calico'],
    options: Object.fromEntries(Object.entries(options).map(([key, value]) => [key, [value]])),
  })
  const [output] = outputs
  if (output === undefined) throw new Error(renderText(diagnostics))
  // The validator knows the sizes that 3.32 enforces.
  if (options['calico-version'] === undefined) assert.equal(rejectionsOfCalico(output.files), [])
  return output.files
}

const emitted = (text: string, options?: Record<string, string>) =>
  parse(emitAll(text, options)[0]?.text ?? '')
const specOf = (spec: string, options?: Record<string, string>) =>
  emitted(policy(spec), options).spec
const ingressOf = (rule: string) => specOf(`podSelector: {}\ningress:\n- ${rule}`).ingress
const egressOf = (rule: string) =>
  specOf(`podSelector: {}\npolicyTypes: [Egress]\negress:\n- ${rule}`).egress
const isPod = "projectcalico.org/orchestrator == 'k8s'"

test('the subject is pods and nothing else', () => {
  assert.is(specOf('podSelector: {}').selector, isPod)
  assert.is(
    specOf('podSelector: { matchLabels: { b: x, a: "" } }').selector,
    `${isPod} && a == '' && b == 'x'`,
  )
})

for (const [operator, values, written] of [
  ['In', '[b, a]', "k in { 'a', 'b' }"],
  ['In', '[a]', "k == 'a'"],
  ['NotIn', '[b, a]', "k not in { 'a', 'b' }"],
  ['NotIn', '[a]', "k != 'a'"],
  ['Exists', '', 'has(k)'],
  ['DoesNotExist', '', '!has(k)'],
] as const) {
  test(`${operator} ${values} is ${written}`, () => {
    const expression = `{ key: k, operator: ${operator}${values === '' ? '' : `, values: ${values}`} }`
    const { selector } = specOf(`podSelector: { matchExpressions: [${expression}] }`)
    assert.is(selector, `${isPod} && ${written}`)
  })
}

test('types are always written, rules only where their direction is governed', () => {
  const both = specOf('podSelector: {}\npolicyTypes: [Ingress, Egress]')
  assert.equal([both.types, both.ingress, both.egress], [['Ingress', 'Egress'], [], []])
  const one = specOf('podSelector: {}\npolicyTypes: [Egress]\ningress: [{}]')
  assert.equal([one.types, one.ingress, one.egress], [['Egress'], undefined, []])
})

test('anyone and everything is a bare Allow', () => {
  assert.equal(ingressOf('{}'), [{ action: 'Allow' }])
})

test('pods of the own namespace need no namespaceSelector, all others have one', () => {
  const own = ingressOf('from: [{ podSelector: { matchLabels: { a: b } } }]')
  assert.equal(own[0].source, { selector: `${isPod} && a == 'b'` })
  const every = ingressOf('from: [{ namespaceSelector: {} }]')
  assert.equal(every[0].source, { namespaceSelector: 'all()', selector: isPod })
  const some = ingressOf('from: [{ namespaceSelector: { matchLabels: { env: prod } } }]')
  assert.equal(some[0].source, { namespaceSelector: "env == 'prod'", selector: isPod })
})

test('egress speaks of the destination', () => {
  assert.equal(egressOf('to: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }]'), [
    { action: 'Allow', destination: { nets: ['10.0.0.0/8'], notNets: ['10.1.0.0/16'] } },
  ])
})

test('blocks share a rule by family; one with exceptions stands alone', () => {
  const blocks = ['10.0.0.0/8', '172.16.0.0/12', '"fd00::/8"'].map(
    (cidr) => `{ ipBlock: { cidr: ${cidr} } }`,
  )
  assert.equal(
    ingressOf(
      `from: [${blocks.join(', ')}, { ipBlock: { cidr: 0.0.0.0/0, except: [9.0.0.0/8] } }]`,
    ).map(({ source }: { source: object }) => source),
    [
      { nets: ['10.0.0.0/8', '172.16.0.0/12'] },
      { nets: ['fd00::/8'] },
      { nets: ['0.0.0.0/0'], notNets: ['9.0.0.0/8'] },
    ],
  )
})

test('ports: one rule a protocol, names first, ranges as from:to', () => {
  const ports =
    '{ port: http }, { port: 80, endPort: 90 }, { port: 443 }, { port: 53, protocol: UDP }, { protocol: SCTP }'
  assert.equal(ingressOf(`ports: [${ports}]`), [
    { action: 'Allow', protocol: 'SCTP' },
    { action: 'Allow', protocol: 'TCP', destination: { ports: ['http', '80:90', 443] } },
    { action: 'Allow', protocol: 'UDP', destination: { ports: [53] } },
  ])
})

test('names of ports towards what may be a host ask for pods; ingress need not', () => {
  assert.equal(egressOf('ports: [{ port: http }, { port: 80 }]'), [
    {
      action: 'Allow',
      protocol: 'TCP',
      destination: { namespaceSelector: 'all()', selector: isPod, ports: ['http'] },
    },
    { action: 'Allow', protocol: 'TCP', destination: { ports: [80] } },
  ])
})

test('ranges are quoted: bare, some readers take them for base-60 numbers', () => {
  assert.match(
    emitAll(policy('podSelector: {}\ningress: [{ ports: [{ port: 8, endPort: 9 }] }]'))[0]?.text ??
      '',
    /- "8:9"$/m,
  )
})

test('more than 50 ports, and more than 256 blocks, are cut into several rules', () => {
  const ports = Array.from({ length: 120 }, (_, at) => `{ port: ${1000 + 2 * at} }`).join(', ')
  assert.equal(
    ingressOf(`ports: [${ports}]`).map(
      ({ destination }: { destination: { ports: [] } }) => destination.ports.length,
    ),
    [50, 50, 20],
  )
  const blocks = Array.from(
    { length: 300 },
    (_, at) => `{ ipBlock: { cidr: 10.${at % 256}.${2 * Math.floor(at / 256)}.0/24 } }`,
  )
  assert.equal(
    ingressOf(`from: [${blocks.join(', ')}]`).map(
      ({ source }: { source: { nets: [] } }) => source.nets.length,
    ),
    [256, 44],
  )
})

test('a long list of values is cut into several rules, a long "not in" cannot be', () => {
  const values = Array.from({ length: 60 }, (_, at) => `${'v'.repeat(40)}${at}`).join(', ')
  const peer = (operator: string): string =>
    policy(
      `podSelector: {}\ningress:\n- from: [{ podSelector: { matchExpressions: [{ key: k, operator: ${operator}, values: [${values}] }] } }]`,
    )
  assert.ok(emitted(peer('In')).spec.ingress.length > 1)
  assert.throws(() => emitAll(peer('NotIn')), /NP5014: .*1024/)
  assert.ok(emitAll(peer('NotIn'), { 'calico-version': '3.31' }).length === 1)
})

test('order is 1000, or what the user says, and grows by the step', () => {
  const two = `${policy('podSelector: {}', 'b')}---\n${policy('podSelector: {}', 'a')}`
  const orders = (options?: Record<string, string>): readonly [string, number][] =>
    emitAll(two, options).map(({ text }) => {
      const { metadata, spec } = parse(text)
      return [metadata.name, spec.order]
    })
  assert.equal(orders(), [
    ['a', 1000],
    ['b', 1000],
  ])
  assert.equal(orders({ order: '-5.5', 'order-step': '10' }), [
    ['a', -5.5],
    ['b', 4.5],
  ])
})

for (const [version, tier, name, writtenTier] of [
  ['3.28', 'default', 'db', undefined],
  ['3.29', 'default', 'db', 'default'],
  ['3.31.2', 'platform', 'platform.db', 'platform'],
  ['3.32', 'platform', 'db', 'platform'],
] as const) {
  test(`Calico ${version} in tier ${tier}: name ${name}`, () => {
    const { metadata, spec } = emitted(policy('podSelector: {}'), {
      'calico-version': version,
      tier,
    })
    assert.equal([metadata.name, spec.tier], [name, writtenTier])
  })
}

test('names that a version does not take are changed, and never meet', () => {
  const nameOf = (name: string, version = '3.32'): string =>
    emitted(policy('podSelector: {}', name), { 'calico-version': version }).metadata.name
  assert.is(nameOf('a.b'), 'a.b')
  const changed = nameOf('a.b.c')
  assert.match(changed, /^a-b-c-np0[a-z2-7]{16}$/)
  assert.match(nameOf('a.b', '3.31'), /^a-b-np0[a-z2-7]{16}$/)
  assert.is.not(nameOf('a.b', '3.31'), nameOf('a-b', '3.31'))
  // The changed form itself is nobody's kept name.
  assert.is.not(nameOf(changed), changed)
  assert.match(nameOf('knp.default'), /^knp-default-np0[a-z2-7]{16}$/)
  const long = `${'a'.repeat(252)}b`
  assert.is(nameOf(long), long)
  assert.is(nameOf(long, '3.31').length, 253 - 'default.'.length)
})

test('every rule says where it was written', () => {
  const [file] = emitAll(policy('podSelector: {}\ningress:\n- {}\n- ports: [{ port: 1 }]'))
  assert.match(file?.text ?? '', /^# from in\.yaml:1\n/)
  assert.match(
    file?.text ?? '',
    /^ {2}# in\.yaml:7 ingress\[0\]\n {2}- action: Allow\n {2}# in\.yaml:8 ingress\[1\]\n/m,
  )
})

for (const [option, value] of [
  ['order', '1e3'],
  ['order', 'x'],
  ['order-step', ''],
  ['tier', 'A'],
  ['tier', 'a.b'],
  ['calico-version', '2.6'],
  ['calico-version', '3'],
] as const) {
  test(`--${option} "${value}" is refused`, () => {
    assert.throws(() => emitAll(policy('podSelector: {}'), { [option]: value }), /NP6004/)
  })
}

test('values that the language cannot quote are refused, from whatever source', () => {
  const origin = { span: { source: makeSource('t', ''), start: 0, end: 0 }, path: '' }
  const made = (value: string): Policy => ({
    name: 'a',
    namespace: 'shop',
    subject: podsOfNamespace('shop', isIn('k', [value])),
    ingress: { isolates: true, rules: [] },
    egress: null,
    order: null,
    origin,
  })
  const emitOne = (value: string): { text: string | undefined; codes: readonly string[] } => {
    const reporter = makeReporter()
    const tier = {
      name: 't',
      combining: 'deny-overrides',
      default: 'deny',
      ownNode: 'always-allowed',
    } as const
    const set: PolicySet = { tiers: [{ ...tier, policies: [made(value)] }] }
    const options = readOptions({}, [calico], [calico], reporter)
    const files = calico.emit(set, {
      options,
      cluster: null,
      node: null,
      fidelity: 'exact',
      format: 'yaml',
      reporter,
    })
    return { text: files[0]?.text, codes: reporter.diagnostics.map(({ code }) => code) }
  }
  assert.match(emitOne("it's").text ?? '', /k == "it's"|k == \\"it's\\"/)
  for (const value of [`'"`, 'a\nb', 'all()', 'global()']) {
    assert.equal(emitOne(value), { text: undefined, codes: ['NP5007'] }, value)
  }
})

test.run()
