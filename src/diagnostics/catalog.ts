// Every code that netpolc can print. Codes are never reused. NP1 text and documents, NP2 structure
// and API rules, NP3 meaning worth a warning, NP4 cluster snapshot, NP5 what a target cannot
// express, NP6 command line and files, NP8 audits.
import { auditCatalog } from './auditCatalog.ts'
import type { Severity } from './diagnostic.ts'

export interface CatalogEntry {
  readonly severity: Severity
  /** What the code stands for, for documentation. */
  readonly title: string
  /** What to do, unless the finding itself knows better. */
  readonly help?: string
}

const compilers = {
  // NP1: text and documents
  NP1001: {
    severity: 'error',
    title: 'input is empty',
    help: 'check that the file is the one you meant',
  },
  NP1002: {
    severity: 'error',
    title: 'text is not YAML',
    help: 'check indentation, quotes and brackets there and in the line above',
  },
  NP1003: { severity: 'error', title: 'tab used as indentation', help: 'indent with spaces' },
  NP1004: {
    severity: 'error',
    title: 'key stands twice in one mapping',
    help: 'keep one of the two; the API server rejects both',
  },
  NP1005: {
    severity: 'error',
    title: 'aliases expand beyond the limit',
    help: 'write the repeated part out',
  },
  NP1006: {
    severity: 'error',
    title: 'alias refers to nothing or to itself',
    help: 'define the anchor, with "&", before the alias that uses it',
  },
  NP1007: {
    severity: 'error',
    title: 'file is not UTF-8 text',
    help: 'save the file as UTF-8 text',
  },
  NP1008: {
    severity: 'error',
    title: 'text is not JSON',
    help: 'check commas, quotes and brackets there and just before',
  },
  NP1009: {
    severity: 'error',
    title: 'indentation was lost',
    help: 'indent the keys below "metadata:" and "spec:" again',
  },
  NP1010: {
    severity: 'warning',
    title: 'scalar reads differently in YAML 1.1 and 1.2',
    help: 'quote the text',
  },
  NP1011: {
    severity: 'error',
    title: 'document is not a Kubernetes object',
    help: 'a policy starts with "apiVersion: networking.k8s.io/v1" and "kind: NetworkPolicy"',
  },
  NP1012: {
    severity: 'error',
    title: 'no policy in the input',
    help: 'name files that hold a NetworkPolicy',
  },
  NP1013: {
    severity: 'error',
    title: 'API version is not known for this kind',
    help: 'write the API version that the cluster serves',
  },
  NP1014: {
    severity: 'warning',
    title: 'API version was removed from Kubernetes',
    help: 'write "apiVersion: networking.k8s.io/v1"',
  },
  NP1015: {
    severity: 'error',
    title: 'text is an unrendered template',
    help: 'render it first, for example with "helm template"',
  },
  NP1016: {
    severity: 'error',
    title: 'nesting is too deep',
    help: 'no policy needs that many levels; check the brackets',
  },
  NP1017: {
    severity: 'error',
    title: 'policies of two engines',
    help: 'one cluster has one engine: name the files of one of them',
  },

  // NP2: structure and the API server's rules
  NP2001: {
    severity: 'error',
    title: 'unknown key',
    help: 'remove the key, or correct its name: the API server rejects it too',
  },
  NP2002: {
    severity: 'error',
    title: 'value has the wrong type',
    help: 'write a value of the type that the API has there',
  },
  NP2003: {
    severity: 'error',
    title: 'required key is missing',
    help: 'add the key: the API server rejects the object without it',
  },
  NP2004: {
    severity: 'error',
    title: 'key is misplaced',
    help: 'move the key to where it belongs',
  },
  NP2005: {
    severity: 'error',
    title: 'name is not valid',
    help: 'lower-case letters, digits, "-" and (in names) ".", with a letter or digit at both ends',
  },
  NP2006: {
    severity: 'error',
    title: 'label key or value is not valid',
    help: 'up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends; a key may have a DNS name and "/" in front',
  },
  NP2007: {
    severity: 'error',
    title: 'selector expression is not valid',
    help: 'the operators are In and NotIn with values, Exists and DoesNotExist without',
  },
  NP2008: {
    severity: 'error',
    title: 'policyTypes is not valid',
    help: 'list Ingress, Egress, or both',
  },
  NP2009: {
    severity: 'error',
    title: 'peer is not valid',
    help: 'a peer has an "ipBlock", or a "podSelector", a "namespaceSelector" or both',
  },
  NP2010: {
    severity: 'error',
    title: 'CIDR is not valid',
    help: 'write an address, "/" and a prefix length, such as "10.0.0.0/8" or "fd00::/8"',
  },
  NP2011: {
    severity: 'error',
    title: 'except is not a strict part of cidr',
    help: 'an exception is a strict part of the block that it is taken from',
  },
  NP2012: {
    severity: 'error',
    title: 'port is not valid',
    help: 'write a number from 1 to 65535, or the name of a container port',
  },
  NP2013: {
    severity: 'error',
    title: 'endPort is not valid',
    help: 'write a number from "port" to 65535, or leave "endPort" out',
  },
  NP2014: {
    severity: 'error',
    title: 'protocol is not known',
    help: 'known protocols: TCP, UDP, SCTP',
  },
  NP2015: {
    severity: 'error',
    title: 'two policies have one name',
    help: 'the later one would replace the earlier; rename or remove one',
  },
  NP2016: {
    severity: 'error',
    title: 'policy has no name',
    help: 'give it a "metadata.name": the output is named after it',
  },
  NP2017: {
    severity: 'error',
    title: 'selector text is not valid',
    help: 'write it as the engine does, such as "app == \'web\' && has(tier)"',
  },
  NP2018: {
    severity: 'error',
    title: 'rule is not valid',
    help: 'the engine rejects it: change the rule',
  },
  NP2019: {
    severity: 'error',
    title: 'policy is not valid',
    help: 'the engine rejects it: change the policy',
  },
  NP2020: {
    severity: 'error',
    title: 'what is referred to is absent',
    help: 'add the object to the input, or correct its name',
  },
  NP2021: {
    severity: 'error',
    title: 'construct cannot be read',
    help: 'its meaning would be lost: take the policy out of the input, or write it without',
  },
  NP2022: {
    severity: 'error',
    title: 'line of a firewall dump is not understood',
    help: 'give the output of iptables-save, "ipset save" or "nft list ruleset" as it is, or rules that the kernel takes',
  },
  NP2023: {
    severity: 'error',
    title: 'chains jump in a circle',
    help: 'the kernel refuses such a rule set; check that the dump is whole',
  },
  NP2024: {
    severity: 'error',
    title: 'construct is about nodes, and is not carried',
    help: 'take it out of the input to look at pods alone, and see to the nodes by hand',
  },

  // NP3: accepted, and probably not meant
  NP3001: {
    severity: 'warning',
    title: 'CIDR has host bits set',
    help: 'write the block without those bits',
  },
  NP3002: {
    severity: 'warning',
    title: 'rules of a direction that policyTypes does not list do nothing',
    help: 'add the direction to "policyTypes", or remove the rules',
  },
  NP3003: {
    severity: 'warning',
    title: 'podSelector is absent',
    help: 'write "podSelector: {}" to say that all pods of the namespace are meant',
  },
  NP3004: {
    severity: 'warning',
    title: 'rule never matches',
    help: 'remove the rule, or correct it',
  },
  NP3005: {
    severity: 'warning',
    title: 'construct has no effect',
    help: 'remove it, or check what was meant',
  },
  NP3006: {
    severity: 'warning',
    title: 'policy denies more than its rules name',
    help: 'say which directions are meant, and allow what is to get through',
  },
  NP3007: {
    severity: 'warning',
    title: 'key is read by another spelling',
    help: 'write the key as the engine names it',
  },
  NP3008: {
    severity: 'warning',
    title: 'rule rests on what no flow shows',
    help: 'answers hold where the condition is the same; write address blocks where they are known',
  },
  NP3009: {
    severity: 'warning',
    title: 'order of policies is not defined',
    help: 'give the policies different priorities; here they are taken in the order of their names',
  },
  NP3010: {
    severity: 'warning',
    title: 'order of policies depends on the version of the engine',
    help: 'give the policies different orders',
  },
  NP3011: {
    severity: 'warning',
    title: 'rule denies the own node',
    help: 'deny "remote-node" for nodes, or for everybody what has no label "reserved:host" (DoesNotExist)',
  },

  // NP4: cluster snapshot
  NP4001: {
    severity: 'error',
    title: 'target needs a cluster snapshot',
    help: 'take one with "kubectl get namespaces,pods,nodes -A -o yaml" and pass it with --cluster',
  },
  NP4002: {
    severity: 'error',
    title: 'two pods share an address',
    help: 'take the snapshot again, at a moment when no pod is being replaced',
  },
  NP4003: {
    severity: 'error',
    title: 'namespace is missing from the snapshot',
    help: 'take the snapshot with "kubectl get namespaces,pods,nodes -A -o yaml"',
  },
  NP4004: {
    severity: 'warning',
    title: 'pod has no address yet',
    help: 'take the snapshot again when the pod runs: until then no rule is about it',
  },
  NP4005: {
    severity: 'error',
    title: 'snapshot is not valid',
    help: 'take the snapshot with "kubectl get namespaces,pods,nodes -A -o yaml"',
  },
  NP4006: {
    severity: 'error',
    title: 'node is not in the snapshot',
    help: 'name a node of the snapshot',
  },
  NP4007: {
    severity: 'warning',
    title: 'policy selects pods on the network of their node',
    help: 'firewall rules never govern them: leave them out of the selector, or give them a network of their own',
  },

  // NP5: what a target cannot say
  NP5001: {
    severity: 'error',
    title: 'target cannot express a construct',
    help: 'write the policy without it, or choose another target',
  },
  NP5002: {
    severity: 'error',
    title: 'output would be narrower than the source',
    help: 'accept it with --fidelity narrower, or change the policy',
  },
  NP5003: {
    severity: 'error',
    title: 'output would be wider than the source',
    help: 'accept it with --fidelity wider, or change the policy',
  },
  NP5004: { severity: 'note', title: 'output rests on an assumption' },
  NP5005: { severity: 'warning', title: 'target needs a feature switched on' },
  NP5006: { severity: 'error', title: 'name cannot be used in the target', help: 'rename it' },
  NP5007: {
    severity: 'error',
    title: 'text cannot be written safely in the target',
    help: 'change the text in the source',
  },
  NP5008: { severity: 'note', title: 'policy has another name in the target' },
  NP5009: {
    severity: 'error',
    title: 'proof was not reached',
    help: 'take policies apart that select by many labels, or compile with --no-verify',
  },
  NP5010: {
    severity: 'error',
    title: 'output cannot be read back',
    help: 'this is a fault of netpolc: report it with the input, and compile with --no-verify meanwhile',
  },
  NP5011: {
    severity: 'warning',
    title: 'construct that decides nothing is not carried',
    help: 'see to it by means of the target, if it is needed',
  },
  NP5012: {
    severity: 'error',
    title: 'output would have too many rules',
    help: 'raise --max-rules, or take apart the rules that overlap',
  },
  NP5013: { severity: 'note', title: 'policy has another order in the target' },
  NP5014: {
    severity: 'error',
    title: 'target would refuse the output',
    help: 'write the policy in less, or for a version that takes it',
  },

  // NP6: command line and files
  NP6001: {
    severity: 'error',
    title: 'file cannot be read',
    help: 'check the name and its permissions',
  },
  NP6002: {
    severity: 'error',
    title: 'output cannot be written',
    help: 'name a directory that you may write to',
  },
  NP6003: {
    severity: 'error',
    title: 'directory holds no policy file',
    help: 'with -R directories inside of it are read too',
  },
  NP6004: { severity: 'error', title: 'option has a bad value', help: 'see --help' },
  NP6005: { severity: 'error', title: 'unknown target', help: 'see --help' },
  NP6006: {
    severity: 'error',
    title: 'nothing to read',
    help: 'name a file or a directory, or "-" for standard input',
  },
  NP6007: {
    severity: 'warning',
    title: 'output directory holds files of others',
    help: 'they may be left from an earlier run; remove them before you apply the directory',
  },
  NP6008: {
    severity: 'error',
    title: 'flow is not valid',
    help: 'write ends as namespace/pod, an address or labels, and the port as 5432/tcp',
  },
  NP6009: { severity: 'note', title: 'more findings than are shown' },
  NP6010: {
    severity: 'error',
    title: 'no change can be made of the two',
    help: 'load the new files with their apply.sh, which replaces whatever is there',
  },
} as const

export const catalog: typeof compilers & typeof auditCatalog = { ...compilers, ...auditCatalog }

/** A diagnostic code, such as `NP2011`. */
export type Code = keyof typeof catalog
