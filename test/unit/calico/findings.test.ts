// What the reader says of Calico policies that are valid and do less, or other things, than they seem to.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { readPolicies } from '../../../src/readPolicies.ts'
import { makeSource, positionAt } from '../../../src/source/source.ts'

const test = suite('calico findings')

const object = (kind: string, metadata: string, spec: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n---\n`
const own = (spec: string, name = 'p', namespace = 'shop'): string =>
  object('NetworkPolicy', `{ name: ${name}, namespace: ${namespace} }`, spec)
const cluster = (spec: string, name = 'g'): string =>
  object('GlobalNetworkPolicy', `{ name: ${name} }`, spec)

/** All findings, each as `CODE line:column`. */
function found(text: string): string {
  const reporter = makeReporter()
  readPolicies([makeSource('p.yaml', text)], undefined, reporter)
  const shown = reporter.diagnostics.map(({ code, labels: [label] }) => {
    const at = label === undefined ? undefined : positionAt(label.span.source, label.span.start)
    return `${code} ${at?.line}:${at?.column}`
  })
  return shown.join(', ')
}

const table = (cases: readonly (readonly [string, string, string])[]): void => {
  for (const [what, text, expected] of cases) test(what, () => assert.is(found(text), expected))
}

table([
  ['hosts alone', cluster("{ selector: '!has(projectcalico.org/namespace)' }"), 'NP2024 4:19'],
  [
    'hosts alone, by a label of theirs',
    cluster("{ selector: has(a) && projectcalico.org/orchestrator != 'k8s' }"),
    'NP2024 4:19',
  ],
  ['hosts alone, said already', cluster("{ doNotTrack: true, selector: '!all()' }"), 'NP2024 4:9'],
  ['nobody at all', cluster("{ selector: '!all()' }"), 'NP3005 4:19'],
  [
    'workloads that are no pods',
    cluster("{ selector: projectcalico.org/orchestrator == 'x' }"),
    'NP3005 4:19',
  ],
  ['no pod of a namespace', own("{ selector: '!all()' }"), 'NP3005 4:19'],
  ['pods and hosts', cluster('{ selector: has(a) }'), ''],
  ['a selector that is not valid', cluster("{ selector: '!' }"), 'NP2017 4:20'],
])

const ofThreats = '{ namespaceSelector: global(), selector: has(threats) }'
const deny = (peer: string): string => `{ ingress: [{ action: Deny, source: ${peer} }] }`
const set = (labels: string, nets = '[192.0.2.0/24]'): string =>
  object('GlobalNetworkSet', `{ name: s, labels: ${labels} }`, `{ nets: ${nets} }`)
const noPod = "{ selector: projectcalico.org/orchestrator != 'k8s' }"

table([
  ['sets of the cluster that are not there', own(deny(ofThreats)), 'NP3004 4:43'],
  ['the same in a policy of the cluster', cluster(deny(ofThreats)), 'NP3004 4:43'],
  ['sets of the namespace that are not there', own(deny(noPod)), 'NP3004 4:43'],
  ['a set that is there', own(deny(ofThreats)) + set('{ threats: a }'), ''],
  ['another set', own(deny(ofThreats)) + set('{ other: a }'), 'NP3004 4:43'],
  ['a set without addresses', own(deny(ofThreats)) + set('{ threats: a }', '[]'), 'NP3004 4:43'],
  [
    'a set of the namespace that is there',
    own(deny(noPod)) +
      object('NetworkSet', '{ name: s, namespace: shop }', '{ nets: [192.0.2.1] }'),
    '',
  ],
  [
    'an exception of sets that are not there',
    cluster(deny("{ notSelector: '!has(projectcalico.org/namespace)' }")),
    'NP3005 4:43',
  ],
  ['pods', own(deny('{ selector: has(threats) }')), ''],
])

test.run()
