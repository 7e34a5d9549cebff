// Several files as one text for standard output.
import type { OutputFile } from '../emit/target.ts'

/** What is put before each file but the first, by the ending of the files' names. */
const joints: Readonly<Record<string, (file: OutputFile) => string>> = {
  yaml: () => '---\n',
  json: () => '',
}

/** The ending of a file's name, which tells its form. */
export function formOf({ path }: OutputFile): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

/** The files one after the other; files that no stream can hold get a heading with their path. */
export function joinFiles(files: readonly OutputFile[]): string {
  const heading = (file: OutputFile): string => `# ==> ${file.path} <==\n`
  return files
    .map((file, index) => {
      const joint = joints[formOf(file)]
      if (joint === undefined) return `${files.length > 1 ? heading(file) : ''}${file.text}`
      return `${index > 0 ? joint(file) : ''}${file.text}`
    })
    .join('')
}
