// What changes on each node from the files of one compilation to those of the next.
import { groupBy } from '../algebra/order.ts'
import type { OutputFile } from '../emit/target.ts'

/** Files that change what is loaded, or why there can be none. */
export type ChangeResult =
  | { readonly kind: 'change'; readonly files: readonly OutputFile[] }
  /** `path`: the file that could not be compared. */
  | { readonly kind: 'refused'; readonly path: string; readonly reason: string }

/** A node's files, by name. */
export type NodeFiles = ReadonlyMap<string, string>

/** The change of one node. */
export type ChangeNode = (folder: string, before: NodeFiles, after: NodeFiles) => ChangeResult

/** Said of files that are not understood. */
export const notOurs = 'it is no file that this version of netpolc writes'

/** The changes of all nodes; a node that had no files yet gets all of them. */
export function changeNodes(
  before: readonly OutputFile[],
  after: readonly OutputFile[],
  changeNode: ChangeNode,
): ChangeResult {
  const old = byFolder(before)
  const files: OutputFile[] = []
  for (const [folder, own] of byFolder(after)) {
    const known = old.get(folder)
    if (known === undefined) {
      files.push(...[...own].map(([name, text]) => ({ path: `${folder}/${name}`, text })))
      continue
    }
    const change = changeNode(folder, known, own)
    if (change.kind === 'refused') return change
    files.push(...change.files)
  }
  return { kind: 'change', files }
}

function byFolder(files: readonly OutputFile[]): ReadonlyMap<string, NodeFiles> {
  const split = ({ path }: OutputFile): number => path.lastIndexOf('/')
  const groups = groupBy(files, (file) => file.path.slice(0, split(file)))
  return new Map(
    [...groups].map(([folder, own]) => [
      folder,
      new Map(own.map((file) => [file.path.slice(split(file) + 1), file.text])),
    ]),
  )
}
