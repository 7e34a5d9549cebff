// How the rules of a node get from the compiler to the kernel.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Cluster, Host } from '../../src/cluster/types.ts'
import { type CompileResult, compile } from '../../src/compile.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { makeSource } from '../../src/source/source.ts'
import type { Lab } from './lab.ts'
import type { Engine } from './tools.ts'

/** Writes all that was compiled below a folder. Throws what the compiler says where that is nothing. */
export function writeOutputs(
  { outputs, diagnostics = [] }: Pick<CompileResult, 'outputs'> & Partial<CompileResult>,
  folder: string,
): void {
  const files = outputs.flatMap((output) => output.files)
  if (files.length === 0) throw new Error(renderText(diagnostics))
  for (const { path, text, isScript } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, { mode: isScript ? 0o755 : 0o644 })
  }
}

/** What a compilation for one node gives. */
export interface CompiledNode {
  readonly result: CompileResult
  readonly set: PolicySet
  readonly cluster: Cluster
  readonly node: Host
}

/** Compiles for an engine and the first node; what policies say of ICMP holds. Throws what is wrong. */
export function compileNode(policies: string, snapshot: string, { target }: Engine): CompiledNode {
  const result = compile({
    sources: [makeSource('policies.yaml', policies)],
    snapshot: [makeSource('snapshot.json', snapshot)],
    targets: [target],
    options: { icmp: ['policy'] },
  })
  const { set, cluster, diagnostics } = result
  const node = cluster?.nodes[0]
  if (set === null || cluster === null || node === undefined) {
    throw new Error(renderText(diagnostics))
  }
  return { result, set, cluster, node }
}

/** A shell line that loads the rules in a node's folder, over whatever is loaded, by its apply kit. */
export function loadScript(folder: string, { backend }: Engine): string {
  return `NETPOLC_BACKEND='${backend}' '${folder}/apply.sh'`
}

/** Loads the rules of a node in a lab. Throws what the kit says where it refuses. */
export function loadRules(lab: Lab, folder: string, engine: Engine): void {
  const { status, out, err } = lab.run(loadScript(folder, engine))
  if (status !== 0) throw new Error(`${folder} with ${engine.name}: ${status}: ${out}${err}`)
}
