// What a firewall target writes for node n1 of the cluster in building.ts.
import { compile } from '../../../src/compile.ts'
import { renderText } from '../../../src/diagnostics/render.ts'
import type { GivenOptions } from '../../../src/emit/options.ts'
import { makeSource, type Source } from '../../../src/source/source.ts'
import { snapshot } from './building.ts'

/** Beside the policies: what differs from a plain run. */
export interface Request {
  readonly options?: GivenOptions
  readonly cluster?: Source
  /** Name of the policies' file. */
  readonly file?: string
}

/** The text of one of the node's files, proved. Throws what the compiler says where there is none. */
export function fileOf(
  target: string,
  name: string,
  policies: string,
  { options = {}, cluster = snapshot, file = 'p.yaml' }: Request = {},
): string {
  const { outputs, diagnostics, proofs } = compile({
    sources: [makeSource(file, policies)],
    targets: [target],
    snapshot: [cluster],
    options: { icmp: ['policy'], ...options },
    node: 'n1',
  })
  const text = outputs[0]?.files.find(({ path }) => path === `n1/${name}`)?.text
  if (text === undefined) throw new Error(renderText(diagnostics))
  if (proofs[0]?.answer !== 'equal') throw new Error(`proved ${proofs[0]?.answer}`)
  return text
}
