// kube-router, Azure NPM and kube-proxy. Hashes are those of public dumps and of these projects' tests.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { podsNamed, policies, reading } from './generatorsBuilding.ts'

const test = suite('recognition of generators of Kubernetes')

const policy = (namespace: string, name: string, spec: string): string =>
  `--- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {namespace: "${namespace}", name: ${name}}, spec: ${spec}}\n`

const oldComment =
  'rule to ACCEPT traffic from source pods to dest pods selected by policy name allow-backend-slave-access-to-frontend namespace default'
const oldRules = ['-j MARK --set-xmark 0x10000/0x10000', '-m mark --mark 0x10000/0x10000 -j RETURN']
  .map(
    (rest, index) =>
      `-A KUBE-NWPLCY-2AQPO27D74WKKNXC -m comment --comment "${oldComment}" -m set --match-set KUBE-SRC-HXXMJKQ43MW3EL2V src -m set --match-set KUBE-DST-IZMNXX7C6SXMJM4O dst -m comment --comment "rule to ${index === 0 ? 'mark' : 'RETURN'} traffic matching a network policy" ${rest}`,
  )
  .join('\n')

test("kube-router: both lines of a rule have the place that its set's name holds", () => {
  const { role, rules } = reading(oldRules)
  const title = 'policy default/allow-backend-slave-access-to-frontend'
  assert.is(role('KUBE-NWPLCY-2AQPO27D74WKKNXC'), `ingress and egress of a policy | ${title}`)
  assert.equal(rules('KUBE-NWPLCY-2AQPO27D74WKKNXC'), [
    `kube-router ${title}, ingress rule 1`,
    `kube-router ${title}, ingress rule 1`,
  ])
})

test('kube-router: sets are found by the names of known policies', () => {
  const known = policies(
    policy(
      'argocd',
      'argocd-application-controller-network-policy',
      '{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}',
    ),
  )
  const { set } = reading(':KUBE-ROUTER-INPUT', { policies: known })
  const title = 'policy argocd/argocd-application-controller-network-policy'
  assert.is(set('KUBE-SRC-DRBIHPAD4OLOF546'), `pods of ingress rule 1 | ${title}`)
  assert.is(set('KUBE-DST-DM6ZQPCTKCXEROGZ'), `pods of a policy, for ingress | ${title}`)
  assert.is(set('inet6:KUBE-DST-3WORNSX32JQWCJUT'), `pods of a policy, for ingress | ${title}`)
  assert.is(set('KUBE-DST-AAAAAAAAAAAAAAAA'), 'addresses that a policy reaches')
  assert.is(set('kube-router-svip'), 'addresses of services')
  assert.is(set('KUBE-CLUSTER-IP'), 'addresses of services')
})

test('kube-router: the newer comments name policy, direction and pod', () => {
  const lines = `-A KUBE-ROUTER-FORWARD -d 10.0.0.1 -m comment --comment "shop/db-0 in" -j KUBE-POD-FW-AAAAAAAAAAAAAAAA
    -A KUBE-POD-FW-AAAAAAAAAAAAAAAA -m comment --comment "shop/db policy" -j KUBE-NWPLCY-BBBBBBBBBBBBBBBB
    -A KUBE-POD-FW-AAAAAAAAAAAAAAAA -m comment --comment "shop/empty policy" -j KUBE-NWPLCY-CCCCCCCCCCCCCCCC
    -A KUBE-NWPLCY-BBBBBBBBBBBBBBBB -m comment --comment "shop/db egress any" -m tcp --dport 30000 -j MARK --set-xmark 0x10000/0x10000
    :KUBE-NWPLCY-CCCCCCCCCCCCCCCC`
  const { role, rules } = reading(lines)
  assert.is(
    role('KUBE-POD-FW-AAAAAAAAAAAAAAAA'),
    'policies of a pod, both directions | pod shop/db-0',
  )
  assert.is(
    role('KUBE-NWPLCY-CCCCCCCCCCCCCCCC'),
    'ingress and egress of a policy | policy shop/empty',
  )
  assert.equal(rules('KUBE-NWPLCY-BBBBBBBBBBBBBBBB'), [
    'kube-router policy shop/db, egress, rule 1 of its chain',
  ])
  assert.is(
    rules('KUBE-POD-FW-AAAAAAAAAAAAAAAA')[0],
    'kube-router pod shop/db-0, policies of a pod, both directions, rule 1 of its chain, to policy shop/db',
  )
  const known = policies(
    policy(
      'shop',
      'db',
      '{podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}, {ports: [{port: 30000}]}]}',
    ),
  )
  assert.is(
    reading(lines, { policies: known }).rules('KUBE-NWPLCY-BBBBBBBBBBBBBBBB')[0],
    'kube-router policy shop/db, egress rule 2',
    'the only rule without peers',
  )
})

test("kube-router: older jumps name the policy alone, its namespace is the pod's", () => {
  const { role } =
    reading(`-A KUBE-POD-FW-TT2IUJ4CPAVNDDSJ -m comment --comment "run through nw policy db" -j KUBE-NWPLCY-BBBBBBBBBBBBBBBB
    -A KUBE-POD-FW-TT2IUJ4CPAVNDDSJ -m comment --comment "rule to REJECT traffic destined for POD name:svclb-traefik-cfg4z namespace: kube-system" -m mark ! --mark 0x10000/0x10000 -j REJECT
    :KUBE-NWPLCY-BBBBBBBBBBBBBBBB`)
  assert.is(
    role('KUBE-POD-FW-TT2IUJ4CPAVNDDSJ'),
    'policies of a pod, both directions | pod kube-system/svclb-traefik-cfg4z',
  )
  assert.is(
    role('KUBE-NWPLCY-BBBBBBBBBBBBBBBB'),
    'ingress and egress of a policy | policy kube-system/db',
  )
})

test('kube-router: a chain without comments is known by its sets', () => {
  const known = policies(
    policy(
      'argocd',
      'argocd-application-controller-network-policy',
      '{podSelector: {}, ingress: [{ports: [{port: 80}]}, {from: [{namespaceSelector: {}}]}]}',
    ),
  )
  const lines = `-A KUBE-NWPLCY-5VLCZNPWIAXAL2HB -m set --match-set KUBE-SRC-PEMP2ZOC4Q3DJGM7 src -m set --match-set KUBE-DST-DM6ZQPCTKCXEROGZ dst -j RETURN
    -A KUBE-NWPLCY-5VLCZNPWIAXAL2HB -m set --match-set KUBE-DST-DM6ZQPCTKCXEROGZ dst -m tcp --dport 80 -j RETURN`
  const title = 'policy argocd/argocd-application-controller-network-policy'
  assert.equal(reading(lines, { policies: known }).rules('KUBE-NWPLCY-5VLCZNPWIAXAL2HB'), [
    `kube-router ${title}, ingress rule 2`,
    `kube-router ${title}, ingress rule 1`,
  ])
  assert.equal(reading(lines).rules('KUBE-NWPLCY-5VLCZNPWIAXAL2HB'), [
    'kube-router, ingress and egress of a policy, rule 1 of its chain',
    'kube-router, ingress and egress of a policy, rule 2 of its chain',
  ])
})

const npmLines = `-A AZURE-NPM-INGRESS -m set --match-set azure-npm-3922407721 dst -m set --match-set azure-npm-2837910840 dst -m comment --comment "INGRESS-POLICY-y/base-TO-podlabel-pod:a-AND-ns-y-IN-ns-y" -j AZURE-NPM-INGRESS-2697641196
  -A AZURE-NPM-INGRESS-2697641196 -p tcp -m tcp --dport 80 -m set --match-set azure-npm-2129276318 src -m set --match-set azure-npm-55798953 src -m comment --comment "ALLOW-FROM-nslabel-ns:x-AND-nestedlabel-pod:b:c-ON-TCP-TO-PORT-80" -j AZURE-NPM-INGRESS-ALLOW-MARK
  -A AZURE-NPM-INGRESS-2697641196 -m comment --comment "ALLOW-FROM-cidr-base-in-ns-y-1-0IN-ON-TCP-TO-PORT-80" -j AZURE-NPM-INGRESS-ALLOW-MARK
  -A AZURE-NPM-INGRESS-2697641196 -m comment --comment DROP-ALL -j MARK --set-xmark 0x4000/0xffffffff`

test('Azure NPM: comments name policies, sets and the places of blocks', () => {
  const { role, rules, set } = reading(npmLines)
  assert.is(role('AZURE-NPM-INGRESS-2697641196'), 'ingress of a policy | policy y/base')
  assert.equal(rules('AZURE-NPM-INGRESS-2697641196'), [
    'Azure NPM policy y/base, ingress, rule 1 of its chain',
    'Azure NPM policy y/base, ingress rule 2',
    'Azure NPM policy y/base, ingress, what no rule allows',
  ])
  assert.is(set('azure-npm-55798953'), 'pods with one of several labels | label pod:b:c')
  assert.is(set('azure-npm-2129276318'), 'pods of namespaces with a label | label ns:x')
  assert.is(set('azure-npm-3922407721'), 'pods with a label | label pod:a')
  assert.is(set('azure-npm-1'), 'addresses of pods or blocks')
  assert.is(set('np4-x'), null)
})

test('Azure NPM: what nft lists of it is its own too', () => {
  const { role } = reading(npmLines, {}, { engine: 'nftables', table: 'filter' })
  assert.is(role('AZURE-NPM-INGRESS-2697641196'), 'ingress of a policy | policy y/base')
})

test('Azure NPM: rules are counted where the known policy makes as many', () => {
  const spec = `{podSelector: {matchLabels: {pod: a}}, ingress: [
    {from: [{namespaceSelector: {matchLabels: {ns: x}}}], ports: [{port: 80}]},
    {from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}`
  const { rules } = reading(npmLines, { policies: policies(policy('y', 'base', spec)) })
  assert.is(rules('AZURE-NPM-INGRESS-2697641196')[0], 'Azure NPM policy y/base, ingress rule 1')
})

test('Azure NPM: hashes of known names, of both generations', () => {
  const known = policies(
    policy('kube-system', 'konnectivity-agent', '{podSelector: {}, policyTypes: [Egress]}'),
  )
  const { role, set } = reading(':AZURE-NPM-EGRESS-3618314628', {
    policies: known,
    cluster: podsNamed('test/a', 'msobb-target/b'),
  })
  assert.is(
    role('AZURE-NPM-EGRESS-3618314628'),
    'egress of a policy | policy kube-system/konnectivity-agent',
  )
  assert.is(set('azure-npm-343gyx4g1wf87lwlewvk'), 'pods of a namespace | namespace test')
  assert.is(set('azure-npm-42xi2gy762uhahnxfutd'), 'pods of a namespace | namespace msobb-target')
})

test('kube-proxy: comments name services, where the hash of the name agrees', () => {
  const lines = `-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU
    -A KUBE-SVC-TCOU7JCQXEZGVUNU -m comment --comment "kube-system/kube-dns:dns -> 10.224.0.23:53" -j KUBE-SEP-5XQSQOS6AJCWJD6N
    -A KUBE-SEP-5XQSQOS6AJCWJD6N -p udp -m comment --comment "kube-system/kube-dns:dns" -m udp -j DNAT --to-destination 10.224.0.23:53
    -A KUBE-SVC-NPX46M4PTMTKRN6Y -m comment --comment "default/kubernetes:https" -j KUBE-SEP-QDN5ZB4PDR2XYQHH
    -A KUBE-SVC-2CMXP7HKUVJN7L6M -m comment --comment "default/nginx:" -j KUBE-MARK-MASQ
    -A KUBE-EXT-AAAAAAAAAAAAAAAA -m comment --comment "default/nginx" -j KUBE-MARK-MASQ
    -A KUBE-SEP-AAAAAAAAAAAAAAAA -p tcp -m comment --comment "default/kubernetes:https" -m tcp -j DNAT --to-destination 10.0.0.1:6443
    :KUBE-SEP-QDN5ZB4PDR2XYQHH
    :KUBE-KUBELET-CANARY
    :KUBE-MARK-MASQ`
  const { role, rules, recognition } = reading(lines)
  const choice = 'choice of an endpoint of a service'
  assert.is(role('KUBE-SVC-TCOU7JCQXEZGVUNU'), `${choice} | service kube-system/kube-dns:dns`)
  assert.is(role('KUBE-SVC-NPX46M4PTMTKRN6Y'), `${choice} | service default/kubernetes:https`)
  assert.is(role('KUBE-SVC-2CMXP7HKUVJN7L6M'), `${choice} | service default/nginx`)
  assert.is(role('KUBE-EXT-AAAAAAAAAAAAAAAA'), 'traffic to a service from outside')
  assert.is(
    role('KUBE-SEP-5XQSQOS6AJCWJD6N'),
    'endpoint of a service | endpoint 10.224.0.23:53 of service kube-system/kube-dns:dns',
  )
  assert.is(
    role('KUBE-SEP-QDN5ZB4PDR2XYQHH'),
    'endpoint of a service | service default/kubernetes:https',
  )
  assert.is(role('KUBE-SEP-AAAAAAAAAAAAAAAA'), 'endpoint of a service | endpoint 10.0.0.1:6443')
  assert.equal(rules('KUBE-SERVICES'), [
    'kube-proxy, choice of a service, by its address, rule 1 of its chain, to service kube-system/kube-dns:dns',
  ])
  assert.equal(recognition.generators, [{ name: 'kube-proxy', chains: 10 }])
})

test("kube-proxy: with nftables the chain's name says it all", () => {
  const form = { engine: 'nftables', table: 'kube-proxy' } as const
  const endpoint = 'endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80'
  const long = `service-AAAAAAAA-${'n'.repeat(60)}/${'s'.repeat(40)}...`
  const { role, set } = reading(
    `:service-ULMVA6XW-ns1/svc1/tcp/p80
     :external-42NFTM6N-ns2/svc2/tcp/
     :${endpoint}
     :${long}
     :nat-prerouting
     :masquerading`,
    {},
    form,
  )
  assert.is(
    role('service-ULMVA6XW-ns1/svc1/tcp/p80'),
    'choice of an endpoint of a service | service ns1/svc1:p80',
  )
  assert.is(
    role('external-42NFTM6N-ns2/svc2/tcp/'),
    'traffic to a service from outside | service ns2/svc2',
  )
  assert.is(
    role(endpoint),
    'endpoint of a service | endpoint 10.180.0.1:80 of service ns1/svc1:p80',
  )
  assert.is(
    role(long),
    `choice of an endpoint of a service | service ${'n'.repeat(60)}/${'s'.repeat(40)}...`,
  )
  assert.is(role('nat-prerouting'), "entry from the kernel's hook")
  assert.is(role('masquerading'), 'masquerading of marked traffic')
  assert.is(
    set('affinity-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80'),
    'clients of an endpoint | service ns1/svc1:p80',
  )
  assert.is(reading(':services').role('services'), null)
})

test.run()
