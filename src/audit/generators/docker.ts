// Docker's bridges and swarm, with iptables (chains `DOCKER…`) and nftables (tables `docker-bridges`).
import { byName, type NameTable, recogniseBy } from './naming.ts'
import type { Generator } from './types.ts'

/** Recognises what the Docker daemon writes. */
export const docker: Generator = {
  name: 'Docker',
  recognise: () =>
    recogniseBy({
      name: 'Docker',
      chain: ({ engine, name: table }, { name }) => {
        if (engine === 'nftables' && table === 'docker-bridges') return byName(name, nftNames)
        return byName(name, iptablesNames)
      },
      set: (name) => byName(name, setNames),
    }),
}

const iptablesNames: NameTable = [
  [/^DOCKER-USER$/, "rules of the user, before all of Docker's own"],
  [/^DOCKER-FORWARD$/, 'forwarding for containers'],
  [/^DOCKER$/, 'ports that containers publish'],
  [/^DOCKER-BRIDGE$/, 'choice of a bridge'],
  [/^DOCKER-CT$/, 'connections to bridges that are there'],
  [/^DOCKER-INTERNAL$/, 'networks without a way out'],
  [/^DOCKER-ISOLATION(?:-STAGE-[12])?$/, 'isolation of networks from each other'],
  [/^DOCKER-INGRESS$/, 'services of the swarm'],
  [/^DOCKER_(?:OUTPUT|POSTROUTING)$/, 'name server of containers'],
  [/^DOCKER-/, 'chain of no known kind'],
]

const nftNames: NameTable = [
  [/^filter-FORWARD$/, 'forwarding for containers'],
  [/^(?:nat|raw)-(?:PREROUTING|OUTPUT|POSTROUTING)$/, "entry from the kernel's hook"],
  [/^nat-prerouting-and-output$/, 'ports that containers publish'],
  [/^filter-forward-in__(.+)$/, 'forwarding into a network', 'bridge $1'],
  [/^filter-forward-out__(.+)$/, 'forwarding out of a network', 'bridge $1'],
  [/^nat-postrouting-(?:in|out)__(.+)$/, 'masquerading of a network', 'bridge $1'],
  [/^/, 'chain of no known kind'],
]

const setNames: NameTable = [
  [/^(?:filter-forward|nat-postrouting)-(?:in|out)-jumps$/, 'choice of a bridge'],
  [/^docker-ext-bridges-v[46]$/, 'networks of bridges'],
]
