// What the output and exit code of one test file mean.

/** The outcome of one file. */
export interface FileResult {
  readonly passed: number
  readonly failed: number
  readonly output: string
  /** Why a file failed that its own tests would have let pass; and its lines about seed and machine. */
  readonly notes: readonly string[]
}

/** Reads the summary that uvu prints; whatever is no clean success of at least one test is a failure. */
export function judgeFile(output: string, code: number | null): FileResult {
  const total = countOf('Total', output)
  const passed = countOf('Passed', output) ?? 0
  const skipped = countOf('Skipped', output) ?? 0
  const lines = output.match(/\b(seed \d+|missing here): .*/g) ?? []
  const faults = [
    ...(total === undefined ? [`it ended with code ${code} before its tests did`] : []),
    ...(total === 0 ? ['it registers no test'] : []),
    ...(skipped > 0 ? [`it skips ${skipped} tests`] : []),
    ...(total !== undefined && total === passed && code !== 0
      ? [`it ended with code ${code}`]
      : []),
  ]
  const failed = (total ?? 0) - passed + faults.length
  return { passed, failed, output, notes: [...lines, ...faults] }
}

function countOf(word: string, output: string): number | undefined {
  const count = new RegExp(`^ {2}${word}: +(\\d+)`, 'm').exec(output)?.[1]
  return count === undefined ? undefined : Number(count)
}
