// A concrete cluster and concrete flows in it: what the interpreter and the address targets see.
import type { Address } from '../algebra/address.ts'
import type { Protocol } from '../ir/types.ts'

export type Labels = Readonly<Record<string, string>>

/** A container port with a name. */
export interface NamedPort {
  readonly name: string
  readonly protocol: Protocol
  /** 1 to 65535. */
  readonly port: number
}

/** A namespace; `labels` always holds `kubernetes.io/metadata.name`. */
export interface Namespace {
  readonly name: string
  readonly labels: Labels
}

/** A service account; `labels` always holds its name under `serviceAccountNameLabel`. */
export interface ServiceAccount {
  readonly name: string
  readonly labels: Labels
}

/** A running pod with addresses and a network namespace of its own. */
export interface Pod {
  readonly kind: 'pod'
  readonly namespace: Namespace
  readonly name: string
  readonly labels: Labels
  readonly serviceAccount: ServiceAccount
  readonly ports: readonly NamedPort[]
  /** At least one. */
  readonly addresses: readonly Address[]
  /** Name of the node that it runs on. */
  readonly node: string
}

/** A node's own network namespace, host-network pods included. */
export interface Host {
  readonly kind: 'host'
  readonly name: string
  readonly labels: Labels
  readonly addresses: readonly Address[]
}

/** An address that belongs to no pod and no node. */
export interface External {
  readonly kind: 'external'
  readonly address: Address
}

export type Endpoint = Pod | Host | External

/** What is known of a pod that no policy governs. */
export type PodNotes = Pick<Pod, 'namespace' | 'name' | 'labels' | 'serviceAccount'>

/** A snapshot. Pods without address, finished pods and host-network pods are not in `pods`. */
export interface Cluster {
  readonly namespaces: readonly Namespace[]
  readonly pods: readonly Pod[]
  /** Pods without address and finished ones: their labels are those of pods that may come. */
  readonly others?: readonly PodNotes[]
  /** Pods on their nodes' own network, which policies take for the node. */
  readonly onHosts?: readonly PodNotes[]
  readonly nodes: readonly Host[]
}

/** One end of a flow: who, and by which of its addresses. */
export interface FlowEnd {
  readonly endpoint: Endpoint
  readonly address: Address
}

/** What a flow carries. `port` is the destination port, 1 to 65535. */
export type FlowTraffic =
  | { readonly kind: 'ports'; readonly protocol: Protocol; readonly port: number }
  | { readonly kind: 'icmp'; readonly type: number; readonly code: number }
  /** Any other IP protocol, by number. */
  | { readonly kind: 'other'; readonly protocolNumber: number }

/** One new connection. Both addresses are of one family. */
export interface Flow {
  readonly source: FlowEnd
  readonly destination: FlowEnd
  readonly traffic: FlowTraffic
  /** The conditions (of rules) that hold; none when absent. */
  readonly conditions?: readonly string[]
}
