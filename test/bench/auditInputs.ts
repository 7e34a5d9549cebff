// Dumps of iptables in the shapes that real ones have, as large as asked.

/** A shape of dump, by the number of its rules. */
export const auditDumps: Readonly<Record<string, (rules: number) => string>> = {
  'one long list of hosts': hosts,
  'one long list of pairs and ports': pairs,
  'a chain a pod, a chain a policy, marks': pods,
  'a chain an interface': interfaces,
  'services and their endpoints': services,
}

function table(name: string, heads: readonly string[], rules: readonly string[]): string {
  return `*${name}\n${heads.join('\n')}\n${rules.join('\n')}\nCOMMIT\n`
}

const hooks = [':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]']
const established = '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'

function address(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}

/** A list of hosts that may not come in. */
function hosts(count: number): string {
  const rules = Array.from(
    { length: count - 1 },
    (_, index) => `-A FORWARD -s ${address(index * 7)}/32 -j DROP`,
  )
  return table('filter', hooks, [established, ...rules])
}

/** Who may talk to whom, one rule a pair, in no order. */
function pairs(count: number): string {
  const rules = Array.from({ length: count - 2 }, (_, index) => {
    const from = address((index * 7919) % 65536)
    const to = address(65536 + ((index * 104729) % 65536))
    return `-A FORWARD -s ${from}/32 -d ${to}/32 -p tcp -m tcp --dport ${1 + ((index * 31) % 1000)} -j ACCEPT`
  })
  return table('filter', hooks, [established, ...rules, '-A FORWARD -j DROP'])
}

/** As kube-router writes it: a pod's chain asks those of its policies, which mark what they allow. */
function pods(count: number): string {
  const each = 20
  const many = Math.max(1, Math.floor(count / each))
  const heads = [...hooks]
  const rules = [established]
  for (let pod = 0; pod < many; pod += 1) {
    const [own, policy] = [`KUBE-POD-FW-${pod}`, `KUBE-NWPLCY-${pod}`]
    heads.push(`:${own} - [0:0]`, `:${policy} - [0:0]`)
    rules.push(
      `-A FORWARD -d ${address(pod)}/32 -j ${own}`,
      `-A FORWARD -s ${address(pod)}/32 -j ${own}`,
      `-A ${own} -d ${address(pod)}/32 -j ${policy}`,
      `-A ${own} -s ${address(pod)}/32 -j ${policy}`,
      `-A ${own} -m mark ! --mark 0x10000/0x10000 -j REJECT --reject-with icmp-port-unreachable`,
      `-A ${own} -j MARK --set-xmark 0x0/0x10000`,
    )
    for (let rule = 0; rule < (each - 6) / 2; rule += 1) {
      const peer = `${address(65536 + ((pod * 13 + rule * 977) % 65536))}/32`
      const match = `-s ${peer} -d ${address(pod)}/32 -p tcp -m tcp --dport ${80 + rule}`
      rules.push(`-A ${policy} ${match} -j MARK --set-xmark 0x10000/0x10000`)
      rules.push(`-A ${policy} ${match} -m mark --mark 0x10000/0x10000 -j RETURN`)
    }
  }
  return table('filter', heads, rules)
}

/** As Calico writes it: each interface has a chain, which asks policies and decides by marks. */
function interfaces(count: number): string {
  const each = 20
  const many = Math.max(1, Math.floor(count / each))
  const heads = [...hooks, ':to-wl - [0:0]']
  const rules = ['-A FORWARD -o cali+ -j to-wl']
  for (let pod = 0; pod < many; pod += 1) {
    const own = `cali-tw-${pod}`
    heads.push(`:${own} - [0:0]`)
    rules.push(`-A to-wl -o cali${pod} -g ${own}`)
    rules.push(
      `-A ${own} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      `-A ${own} -m conntrack --ctstate INVALID -j DROP`,
      `-A ${own} -j MARK --set-xmark 0x0/0x10000`,
    )
    for (let rule = 0; rule < (each - 6) / 2; rule += 1) {
      const match = `-s ${address((pod * 13 + rule * 977) % 65536)}/32 -p tcp -m tcp --dport ${80 + rule}`
      rules.push(`-A ${own} ${match} -j MARK --set-xmark 0x10000/0x10000`)
      rules.push(`-A ${own} -m mark --mark 0x10000/0x10000 -j RETURN`)
    }
    rules.push(`-A ${own} -m comment --comment "Drop if no policies passed packet" -j DROP`)
    rules.push(`-A FORWARD -o cali${pod} -j ACCEPT`)
  }
  return table('filter', heads, rules)
}

/** As kube-proxy writes it. */
function services(count: number): string {
  const each = 10
  const many = Math.max(1, Math.floor(count / each))
  const heads = [':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]']
  heads.push(':POSTROUTING ACCEPT [0:0]', ':KUBE-SERVICES - [0:0]', ':KUBE-MARK-MASQ - [0:0]')
  const rules = [
    '-A PREROUTING -j KUBE-SERVICES',
    '-A OUTPUT -j KUBE-SERVICES',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
  ]
  for (let one = 0; one < many; one += 1) {
    const service = `KUBE-SVC-${one}`
    const ip = `172.${16 + (one >> 16)}.${(one >> 8) & 255}.${one & 255}`
    heads.push(`:${service} - [0:0]`)
    rules.push(`-A KUBE-SERVICES -d ${ip}/32 -p tcp -m tcp --dport 443 -j ${service}`)
    for (let end = 0; end < 3; end += 1) {
      const chain = `KUBE-SEP-${one}-${end}`
      const dice = end < 2 ? ` -m statistic --mode random --probability ${1 / (3 - end)}` : ''
      const pod = address(one * 3 + end)
      heads.push(`:${chain} - [0:0]`)
      rules.push(
        `-A ${service}${dice} -j ${chain}`,
        `-A ${chain} -s ${pod}/32 -j KUBE-MARK-MASQ`,
        `-A ${chain} -p tcp -m tcp -j DNAT --to-destination ${pod}:8443`,
      )
    }
  }
  return table('nat', heads, rules)
}
