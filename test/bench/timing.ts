// A stopwatch, and how its times are printed.

/** A result and the milliseconds it took. */
export interface Timed<T> {
  readonly value: T
  readonly ms: number
}

/** Does a piece of work and times it. */
export function timed<T>(work: () => T): Timed<T> {
  const start = performance.now()
  const value = work()
  return { value, ms: performance.now() - start }
}

/** Milliseconds as seconds. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}
/** The most memory that this process has had. */
export function printPeak(): void {
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB\n`)
}
