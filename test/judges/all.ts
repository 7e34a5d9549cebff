// Every engine that emitted text is judged by.
import type { OutputFile } from '../../src/emit/target.ts'
import type { Assumptions } from '../../src/semantics/evaluate.ts'
import { judgeAdmin } from './admin.ts'
import { rejectionsOfAdmin } from './adminValidator.ts'
import { judgeCalico } from './calico.ts'
import { rejectionsOfCalico } from './calicoValidator.ts'
import { judgeCilium, ownNodeDenials } from './cilium.ts'
import { rejectionsOfCilium } from './ciliumValidator.ts'
import { judgeIptables } from './iptables.ts'
import type { Judge } from './judge.ts'
import { judgeNftables } from './nftables.ts'

/** How the output of one target is judged. */
export interface Engine {
  readonly judge: Judge
  /** What the engine would refuse, or do beside what is asked of it, a sentence each. */
  readonly rejections: (files: readonly OutputFile[]) => readonly string[]
  /** How the source is to be read beside this engine: under A1, an ipBlock means the outside only. */
  readonly assume: Assumptions
  /** Whether its target takes what isolates, as every NetworkPolicy does. */
  readonly takesIsolation: boolean
  /** Whether the judge sees what a pod and its own node send to each other, and does not take it as allowed. */
  readonly seesOwnNode: boolean
}

/** Engines by the name of their target. */
export const engines: Readonly<Record<string, Engine>> = {
  admin: {
    judge: judgeAdmin,
    rejections: rejectionsOfAdmin,
    assume: { ipBlock: 'literal' },
    takesIsolation: false,
    seesOwnNode: false,
  },
  calico: {
    judge: judgeCalico,
    rejections: rejectionsOfCalico,
    assume: { ipBlock: 'literal' },
    takesIsolation: true,
    seesOwnNode: false,
  },
  cilium: {
    judge: judgeCilium,
    rejections: (files) => [...rejectionsOfCilium(files), ...ownNodeDenials(files)],
    assume: { ipBlock: 'external' },
    takesIsolation: true,
    seesOwnNode: false,
  },
  // What the kernel refuses, the kernel itself is asked in test/kernel.
  iptables: {
    judge: judgeIptables,
    rejections: () => [],
    assume: { ipBlock: 'literal' },
    takesIsolation: true,
    seesOwnNode: true,
  },
  nftables: {
    judge: judgeNftables,
    rejections: () => [],
    assume: { ipBlock: 'literal' },
    takesIsolation: true,
    seesOwnNode: true,
  },
}
