// How property tests are run: with a seed that is always printed, and read back from NETPOLC_SEED.
import fc from 'fast-check'

/** The seed of this run; `NETPOLC_SEED=<seed> npm run test:only property` repeats it. */
export const seed: number = process.env.NETPOLC_SEED
  ? Number(process.env.NETPOLC_SEED)
  : Math.floor(Math.random() * 2 ** 31)

// A counterexample is of use only beside what was expected of it.
fc.configureGlobal({ ...fc.readConfigureGlobal(), includeErrorInReport: true })

/** Says the seed, and what was done with it, in the line that the test driver shows. */
export function saySeed(what: string): void {
  console.log(`seed ${seed}: ${what}`)
}
